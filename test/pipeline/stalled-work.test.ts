import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ComputeProcess } from '../../src/compute/compute-process.js';
import { createMethods } from '../../src/compute/methods.js';
import { LOADING, ProgressWatch } from '../../src/compute/progress-watch.js';
import { loadConfig, packageDir } from '../../src/config.js';
import { createLogger } from '../../src/log.js';

const TASKS = join(packageDir, 'test/support/misbehaving-tasks.ts');

describe('work that does not move', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is ended with its process, and the next call has another', async () => {
    const { cacheDir } = loadConfig();
    const settings = { backend: 'auto', cacheDir, projectDir: packageDir, tasksDir: TASKS, threads: 1 };
    const compute = new ComputeProcess(settings, createLogger({ level: 'silent' }), {}, 6000);
    try {
      const layers = (name: string) => compute.call('layers', { name });
      const [hanging, next] = [layers('hangs'), layers('quiet')];
      await expect(hanging).rejects.toMatchObject({
        code: 'COMPUTE_CRASHED',
        message: expect.stringMatching(/^nothing has moved for \d+ s \(starting\): the compute process was ended/),
      });
      expect((await next).length).toBeGreaterThan(0);
    } finally {
      await compute.close();
    }
  }, 60_000);

  it("is no function's while modules load", async () => {
    const { cacheDir } = loadConfig();
    const settings = { backend: 'auto', cacheDir, projectDir: packageDir, tasksDir: TASKS, threads: 1 };
    const methods = createMethods(
      settings,
      () => {},
      () => new Promise(() => {}),
    );
    const said: string[] = [];
    const params = { task: { name: 'no such task', sourceHash: '' }, operators: { id: 'standard@1' }, fn: 'tanh(x)' };
    const call = methods.fisher({ ...params, settings: { seed: 0, batchSize: 10, floor: 1e-6 } }, (doing) =>
      said.push(doing),
    );
    await expect(call).rejects.toThrow('no such task');
    expect(said).toEqual([LOADING]);
  });

  /** A watch with a limit of ten minutes, and what it says. */
  function watch(busy = () => true) {
    vi.useFakeTimers();
    const said: string[] = [];
    const onStalled = (how: string) => said.push(`ended: ${how}`);
    const made = new ProgressWatch(600_000, { busy, onStill: (how) => said.push(how), onStalled });
    return { said, moved: (doing: string) => made.moved(doing), stop: () => made.stop() };
  }
  const minutes = (count: number) => vi.advanceTimersByTime(count * 60_000);

  it('is told of each minute, with what it was at, and ended after the limit', () => {
    const { said, moved, stop } = watch();
    moved('training, 43 %');
    minutes(2);
    expect(said).toEqual([
      'nothing has moved for 60 s (training, 43 %)',
      'nothing has moved for 2 min (training, 43 %)',
    ]);
    minutes(8);
    expect(said.at(-1)).toBe('ended: nothing has moved for 10 min (training, 43 %)');
    stop();
  });

  it('is not what moves slowly, nor no work at all', () => {
    const slow = watch();
    for (let step = 0; step < 20; step++) {
      slow.moved('training');
      minutes(9);
    }
    expect(slow.said.filter((line) => line.startsWith('ended'))).toEqual([]);
    slow.stop();
    const idle = watch(() => false);
    minutes(100);
    expect(idle.said).toEqual([]);
    idle.stop();
  });

  it('may take an hour where it loads data', () => {
    const { said, moved, stop } = watch();
    moved(LOADING);
    minutes(59);
    expect(said.filter((line) => line.startsWith('ended'))).toEqual([]);
    minutes(1);
    expect(said.at(-1)).toBe('ended: nothing has moved for 60 min (loading the data)');
    stop();
  });
});
