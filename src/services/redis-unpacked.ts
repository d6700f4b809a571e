import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { cachePath, packageDir } from '../config.js';
import { withFileLock } from '../file-lock.js';
import { whyFailed } from '../program-output.js';
import { checkMissing } from './redis-from-apt.js';
import { redisVersion, startRedis } from './redis-process.js';
import type { StartContext } from './server-kind.js';
import { type ServerSource, unavailable } from './server-source.js';

/** The packages of Debian or Ubuntu, unpacked into the cache: for somebody who is not root. */
export const redisUnpacked: ServerSource = {
  plan: async ({ cacheDir }) => {
    await checkMissing();
    const program = programIn(cacheDir);
    if (existsSync(program))
      return { does: `start redis-server ${await redisVersion(program)} (${program})`, provides: false };
    const { failed } = await execa('dpkg-deb', ['--version'], { reject: false, stdio: 'ignore' });
    if (failed) throw unavailable('redis-server cannot be unpacked: there is no dpkg-deb');
    return { does: "download this system's redis-server into the cache (once: some 10 s)", provides: true };
  },
  start: async (context) => {
    const program = programIn(context.cacheDir);
    if (!existsSync(program)) await unpack(context);
    await redisVersion(program);
    return startRedis(program, context);
  },
};

const folderIn = (cacheDir: string | undefined) => cachePath(cacheDir, 'redis');
const programIn = (cacheDir: string | undefined) => join(folderIn(cacheDir), 'redis-server');

async function unpack({ cacheDir, notify, signal }: StartContext): Promise<void> {
  const folder = folderIn(cacheDir);
  const onWait = () => notify('Redis: another process is downloading redis-server, waiting');
  await withFileLock(`${folder}.lockfile`, { onWait, signal }, async () => {
    if (existsSync(programIn(cacheDir))) return;
    const result = await execa('bash', [join(packageDir, 'infra/redis/unpack.sh'), folder], {
      reject: false,
      all: true,
      stdin: 'ignore',
      ...(signal ? { cancelSignal: signal } : {}),
    });
    signal?.throwIfAborted();
    if (result.failed) throw unavailable(`redis-server could not be downloaded: ${whyFailed(result)}`);
  });
}
