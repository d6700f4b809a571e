import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ComputeProcess } from '../../src/compute/compute-process.js';
import type { TaskReference } from '../../src/compute/protocol.js';
import { loadConfig, packageDir } from '../../src/config.js';
import { createLogger } from '../../src/log.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';

const FILE = join(packageDir, 'test/support/failing-fisher-task.ts');

describe('calls that a compute process has at hand', () => {
  let task: TaskReference;
  let folder: string;
  let compute: ComputeProcess;
  beforeAll(async () => {
    const { sourceHash } = await resolveTask('failing-fisher', { projectDir: packageDir, tasksDir: FILE });
    task = { name: 'failing-fisher', sourceHash };
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aquasurf-'));
    const { cacheDir } = loadConfig();
    const settings = { backend: 'auto', cacheDir, projectDir: packageDir, tasksDir: FILE, threads: 1 };
    compute = new ComputeProcess(settings, createLogger({ level: 'silent' }), { FAULTS_FOLDER: folder });
  });
  afterEach(async () => {
    await compute.close();
    rmSync(folder, { recursive: true });
  });
  const fisher = (fn: string, signal?: AbortSignal) =>
    compute.call(
      'fisher',
      { task, operators: { id: 'standard@1' }, fn, settings: { seed: 1, batchSize: 50, floor: 1e-6 } },
      signal ? { signal } : {},
    );
  const settled = async (calls: ReturnType<typeof fisher>[]) =>
    (await Promise.allSettled(calls)).map((result) =>
      result.status === 'fulfilled' ? 'done' : (result.reason as Error).message,
    );
  const built = () => readFileSync(join(folder, 'attempts'), 'utf8').trim().split('\n');

  it('go on in a new process when one of them ends it, and only that one fails', async () => {
    const functions = ['relu(x)', 'tanh(x)', 'elu(x)', 'selu(x)', 'softsign(x)'];
    expect(await settled(functions.map((fn) => fisher(fn)))).toEqual([
      'done',
      'the compute process ended (SIGKILL)',
      'the compute process ended (SIGKILL)',
      'no network with selu(x)',
      'done',
    ]);
    expect(built()).toEqual(functions);
    expect(await settled([fisher('elu(x)')])).toEqual(['done']);
  }, 120_000);

  it('are given up together when their signal is aborted; those of others go on', async () => {
    await fisher('relu(x)');
    const pid = compute.pid;
    const [stop, never] = [new AbortController(), new AbortController()];
    const calls = [fisher('mish(x)', stop.signal), fisher('erf(x)', stop.signal), fisher('gelu(x)', never.signal)];
    stop.abort(new Error('stopped'));
    expect(await settled(calls)).toEqual(['stopped', 'stopped', 'done']);
    expect(compute.pid).not.toBe(pid);
    expect(built().filter((fn) => fn === 'erf(x)')).toEqual([]);
  }, 120_000);

  it('that are given up while another is computed do not end its process before it is done', async () => {
    const stop = new AbortController();
    const calls = [fisher('relu(x)'), fisher('mish(x)', stop.signal)];
    stop.abort(new Error('stopped'));
    expect(await settled(calls)).toEqual(['done', 'stopped']);
    expect(await settled([fisher('softsign(x)')])).toEqual(['done']);
  }, 120_000);

  it('fail when it is closed', async () => {
    const calls = [fisher('relu(x)'), fisher('mish(x)')];
    const outcome = settled(calls);
    await compute.close();
    expect(await outcome).toEqual(Array(2).fill('the compute process was closed'));
  }, 120_000);
});
