import { execa } from 'execa';
import { whyFailed } from '../program-output.js';
import { redisVersion, startRedis } from './redis-process.js';
import type { StartContext } from './server-kind.js';
import { type ServerSource, unavailable } from './server-source.js';

const PROGRAM = 'redis-server';

/** The package of Debian or Ubuntu, installed. */
export const redisFromApt: ServerSource = {
  plan: async () => {
    await checkMissing();
    if (process.getuid?.() !== 0) throw unavailable(`installing ${PROGRAM} needs root`);
    const apt = await execa('apt-get', ['--version'], { reject: false, stdio: 'ignore' });
    if (apt.failed) throw unavailable(`${PROGRAM} cannot be installed: there is no apt-get`);
    return { does: `install ${PROGRAM} with apt-get`, provides: true };
  },
  start: async (context) => {
    await install(context);
    await redisVersion(PROGRAM);
    return startRedis(PROGRAM, context);
  },
};

/**
 * Getting what is there already would mend nothing.
 * @throws AquasurfError SERVICE_UNAVAILABLE
 */
export async function checkMissing(): Promise<void> {
  if (await redisVersion(PROGRAM).catch(() => undefined)) throw unavailable(`${PROGRAM} is installed already`);
}

async function install({ signal }: StartContext): Promise<void> {
  const patience = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::https::Timeout=20', '-o', 'Acquire::Retries=1'];
  for (const args of [
    ['update', '-qq', ...patience],
    ['install', '-y', '-qq', '--no-install-recommends', ...patience, PROGRAM],
  ]) {
    const result = await execa('apt-get', args, {
      reject: false,
      all: true,
      stdin: 'ignore',
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      ...(signal ? { cancelSignal: signal } : {}),
    });
    signal?.throwIfAborted();
    // An update that fails for one source of packages need not matter: the installation decides.
    if (result.failed && args[0] === 'install') {
      throw unavailable(`apt-get could not install ${PROGRAM}: ${whyFailed(result)}`);
    }
  }
}
