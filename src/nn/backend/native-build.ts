import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { packageDir } from '../../config.js';
import { AquasurfError } from '../../errors.js';
import { whyFailed } from '../../program-output.js';
import type { NativePackage, TensorflowSource } from './native-sources.js';

/** The version whose binding was checked against infra/tfjs-native/include. */
const TFJS_NODE = '@tensorflow/tfjs-node@4.22.0';
/** Node-API is stable across versions of Node: these headers fit every Node that aquasurf runs on. */
const NODE_API_HEADERS = 'node-api-headers@1.9.0';
const MAVEN_COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** The folder of tfjs-node inside an installation. */
export const tfjsNodeDir = (folder: string): string => join(folder, 'node_modules/@tensorflow/tfjs-node');

/** Installs tfjs-node without its own download step, which fetches a library from a host that is often out of reach. */
export async function installTfjsNode(folder: string, signal?: AbortSignal): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  // --prefix, because inside `npm run` the environment points npm at the project.
  const flags = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  await runStep('npm', ['install', ...flags, TFJS_NODE, NODE_API_HEADERS], { cwd: folder, signal });
}

/** Downloads a package with its registry's own client and checks it; gives the file's path. */
export async function download(item: NativePackage, folder: string, signal?: AbortSignal): Promise<string> {
  await mkdir(folder, { recursive: true });
  if (item.registry === 'maven') {
    const args = ['-q', '-B', MAVEN_COPY, `-Dartifact=${item.coordinates}`, `-DoutputDirectory=${folder}`];
    await runStep('mvn', args, { cwd: folder, signal });
  } else {
    const platforms = ['--platform', 'manylinux_2_17_x86_64', '--platform', 'manylinux2014_x86_64'];
    const flags = [
      '-q',
      '--no-deps',
      '--no-cache-dir',
      '--only-binary=:all:',
      '--python-version',
      '3.11',
      ...platforms,
    ];
    await runStep('python3', ['-m', 'pip', 'download', ...flags, '-d', folder, item.coordinates], {
      cwd: folder,
      signal,
    });
  }
  const path = join(folder, item.file);
  await checkDigest(path, item);
  return path;
}

/** @throws AquasurfError BACKEND_UNAVAILABLE when the file is not the one that was pinned */
export async function checkDigest(path: string, item: NativePackage): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const digest = hash.digest('hex');
  if (digest !== item.sha256) {
    throw new AquasurfError(
      'BACKEND_UNAVAILABLE',
      `${item.coordinates} from ${item.registry} has SHA-256 ${digest}, expected ${item.sha256}; not used`,
    );
  }
}

/** Puts TensorFlow's libraries into `deps/lib` and CUDA's into `deps/nvidia`, where both sides look for them. */
export async function unpackLibraries(
  folder: string,
  source: TensorflowSource,
  files: { library: string; cuda: readonly string[] },
  signal?: AbortSignal,
): Promise<void> {
  const deps = join(tfjsNodeDir(folder), 'deps');
  const lib = join(deps, 'lib');
  await rm(deps, { recursive: true, force: true });
  await mkdir(lib, { recursive: true });
  const members = LIBRARIES.map((name) => `${source.folder}/${name}`);
  await runStep('unzip', ['-q', '-o', '-j', files.library, ...members, '-d', lib], { cwd: folder, signal });
  for (const wheel of files.cuda) {
    await runStep('unzip', ['-q', '-o', wheel, 'nvidia/*', '-d', deps], { cwd: folder, signal });
  }
  if (files.cuda.length > 0) {
    // cuDNN looks for the compiler of its run-time kernels in `nvrtc`; the wheel puts it into `cuda_nvrtc`.
    await symlink('cuda_nvrtc', join(deps, 'nvidia/nvrtc'));
  }
  // Symbols for debuggers are most of the library; without `strip` it is only larger.
  await execa('strip', ['--strip-unneeded', ...LIBRARIES], { cwd: lib, reject: false });
}

/** Compiles tfjs-node's binding against the C API of the unpacked library. */
export async function compileBinding(folder: string, signal?: AbortSignal): Promise<void> {
  const tfjsNode = tfjsNodeDir(folder);
  const target = join(tfjsNode, 'lib/napi-v8');
  await mkdir(target, { recursive: true });
  const binding = join(tfjsNode, 'binding');
  const sources = (await readdir(binding)).filter((name) => name.endsWith('.cc')).map((name) => join(binding, name));
  const headers = [
    join(folder, 'node_modules/node-api-headers/include'),
    join(packageDir, 'infra/tfjs-native/include'),
  ];
  await runStep(
    'g++',
    [
      ...[
        '-std=c++17',
        '-O2',
        '-fPIC',
        '-shared',
        '-DNAPI_VERSION=8',
        ...headers.map((path) => `-I${path}`),
        ...sources,
      ],
      ...['-o', join(target, 'tfjs_binding.node'), `-L${join(tfjsNode, 'deps/lib')}`],
      ...LIBRARIES.map((name) => `-l:${name}`),
      // Relative to the binding, so that the finished folder can be moved into place.
      '-Wl,-rpath,$ORIGIN/../../deps/lib',
    ],
    { cwd: folder, signal },
  );
}

/**
 * Trains XOR on the installation in a process of its own: a faulty library takes down that process only.
 * @returns why that failed; undefined when it trains
 */
export async function whyNoXor(folder: string, versions: readonly string[]): Promise<string | undefined> {
  const script = join(packageDir, 'infra/tfjs-native/train-xor.cjs');
  const result = await execa(process.execPath, [script, folder, ...versions], {
    reject: false,
    timeout: 120_000,
    all: true,
    stdin: 'ignore',
    env: { TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  return result.failed ? whyFailed(result) : undefined;
}

/** @throws AquasurfError BACKEND_UNAVAILABLE with what the program said about the cause */
async function runStep(
  program: string,
  args: readonly string[],
  options: { cwd: string; signal?: AbortSignal | undefined },
) {
  const result = await execa(program, args, {
    cwd: options.cwd,
    reject: false,
    all: true,
    stdin: 'ignore',
    ...(options.signal ? { cancelSignal: options.signal } : {}),
  });
  if (!result.failed) return;
  const message = `building native TensorFlow failed at ${program}: ${whyFailed(result)}`;
  throw new AquasurfError('BACKEND_UNAVAILABLE', message, { cause: result });
}
