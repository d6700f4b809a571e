import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { cachePath, entryPoint } from '../config.js';
import { withFileLock } from '../file-lock.js';
import { mongodVersion, startMongod } from './mongod.js';
import type { MongodBinary } from './mongod-binary-main.js';
import type { StartContext } from './server-kind.js';
import { type ServerSource, unavailable } from './server-source.js';

/** A download that brings nothing for so long is given up. */
const STALL_MS = 30_000;
/** Unpacking a few hundred MB on a slow disk brings no news either. */
const UNPACK_MS = 300_000;
const TELL_EVERY_MS = 10_000;
const DRAFT = 'draft-';

/** MongoDB's own mongod for this system, downloaded into the cache by mongodb-memory-server-core. */
export const mongodDownloaded: ServerSource = {
  plan: async ({ cacheDir }) => {
    const binary = await run<'there' | 'absent'>([folderIn(cacheDir)]);
    if (binary.state === 'there') {
      return { does: `start mongod ${await mongodVersion(binary.path)} (${binary.path})`, provides: false };
    }
    const { version, url } = binary;
    return { does: `download mongod ${version} from ${new URL(url).host} (once: about 100 MB)`, provides: true };
  },
  start: async (context) => {
    const binary = await run<'there' | 'absent'>([folderIn(context.cacheDir)]);
    const program = binary.state === 'there' ? binary.path : await download(context);
    await mongodVersion(program);
    return startMongod(program, context);
  },
};

const folderIn = (cacheDir: string | undefined) => cachePath(cacheDir, 'mongod');

/** Downloads into a folder of its own and moves the finished program into its place: it is there complete or not at all. */
async function download({ cacheDir, notify, signal }: StartContext): Promise<string> {
  const folder = folderIn(cacheDir);
  const onWait = () => notify('MongoDB: another process is downloading mongod, waiting');
  return withFileLock(join(folder, 'lockfile'), { onWait, signal }, async () => {
    for (const name of await readdir(folder)) {
      // What a killed process left: the lock says that nobody is at work on it.
      if (name.startsWith(DRAFT)) await rm(join(folder, name), { recursive: true, force: true });
    }
    const draft = await mkdtemp(join(folder, DRAFT));
    try {
      const { path } = await run<'there'>([folder, draft], { notify, signal });
      // Elsewhere where MONGOMS_DOWNLOAD_DIR says so, or where another process was first.
      if (dirname(path) !== draft) return path;
      const target = join(folder, basename(path));
      await rename(`${path}.md5`, `${target}.md5`);
      await rename(path, target);
      return target;
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
}

/** @throws AquasurfError SERVICE_UNAVAILABLE */
async function run<State extends MongodBinary['state']>(
  args: readonly string[],
  { notify, signal }: Partial<Pick<StartContext, 'notify' | 'signal'>> = {},
): Promise<Extract<MongodBinary, { state: State }>> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), STALL_MS);
  let toldAt = performance.now();
  const child = execa(process.execPath, [entryPoint('services/mongod-binary-main'), ...args], {
    reject: false,
    ipc: true, // it ends when this channel does
    cleanup: false,
    all: true,
    stdin: 'ignore',
    cancelSignal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    // The library checks no certificate unless npm's setting of this name tells it to.
    env: { npm_config_strict_ssl: 'true', ...process.env },
  });
  const answered = child.getOneMessage().catch(() => undefined);
  for await (const line of child.iterable({ from: 'all' })) {
    const [progress, percent] = /([\d.]+)% \(.*\)/.exec(line) ?? [];
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), percent === '100' ? UNPACK_MS : STALL_MS);
    if (progress === undefined || performance.now() - toldAt < TELL_EVERY_MS) continue;
    toldAt = performance.now();
    notify?.(`MongoDB: downloaded ${progress}`);
  }
  clearTimeout(timer);
  const result = await child;
  signal?.throwIfAborted();
  const answer = (await answered) as MongodBinary | undefined;
  if (answer === undefined || answer.state === 'failed') {
    const reason = stalled.signal.aborted ? `nothing came for ${STALL_MS / 1000} s` : answer?.reason;
    throw unavailable(`mongod cannot be downloaded: ${reason ?? result.shortMessage}`);
  }
  return answer as Extract<MongodBinary, { state: State }>;
}
