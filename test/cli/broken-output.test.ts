import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { entryPoint } from '../../src/config.js';
import { testServices } from '../support/services.js';
import { SPIRALS, spiralsStudy, until } from '../support/spirals-study.js';
import { useCli } from './run-cli.js';

const services = testServices();
const environment = { REDIS_URL: services.redisUrl, MONGODB_URI: services.mongodbUri };
const cli = useCli(environment);
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

function start(program: string, args: string[], stdio: Array<'ignore' | 'pipe' | number>): ChildProcess {
  const child = spawn(program, args, { cwd: cli.folder, env: { ...process.env, ...environment }, stdio });
  children.push(child);
  return child;
}

const full = () => openSync('/dev/full', 'w');

describe('a terminal that is closed', () => {
  it('ends a command as SIGTERM does, with all that it has started', async () => {
    const monitor = cli.start('monitor', '--port', '0');
    await monitor.says('Bull Board: ');
    process.kill(monitor.pid, 'SIGHUP');
    expect((await monitor.ended).code).toBe(0);
  });

  it('ends nothing where whoever started it ignores that', async () => {
    const command = `trap '' HUP; "${process.execPath}" "${entryPoint('cli/main')}" monitor --port 0 & echo $! >&2; wait`;
    const shell = start('sh', ['-c', command], ['ignore', 'ignore', 'pipe']);
    let said = '';
    shell.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    await until('it listens', async () => said.includes('Bull Board: '));
    const pid = Number(/^\d+/m.exec(said)?.[0]);
    process.kill(pid, 'SIGHUP');
    await sleep(500);
    process.kill(pid, 0);
    process.kill(pid, 'SIGTERM');
    await once(shell, 'exit');
  });
});

describe('what cannot be written', () => {
  it('is told on stderr and is a failure, where it is a result', async () => {
    const command = start(process.execPath, [entryPoint('cli/main'), 'fn', 'relu(x)'], ['ignore', full(), 'pipe']);
    let said = '';
    command.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    const [code] = await once(command, 'close');
    expect([code, said]).toEqual([1, expect.stringMatching(/^aquasurf: the output cannot be written: ENOSPC/)]);
  });

  it('keeps no worker from its work, where it is the log', async () => {
    const run = await spiralsStudy(services, { space: ['unary(x)'] });
    const queues = 'schema-expansion,output-features,surrogate';
    const args = [
      entryPoint('cli/main'),
      'worker',
      '--gpus',
      'none',
      '--queues',
      queues,
      '--tasks',
      SPIRALS,
      '--verbose',
    ];
    const worker = start(process.execPath, args, ['ignore', full(), full()]);
    await run.study.populate();
    await until('the space is populated', async () => (await run.study.progress()).populate.complete);
    expect(worker.exitCode).toBeNull();
    await run.pipeline.close();
  });
});
