import { describe, expect, it } from 'vitest';
import { parseGpuDevices, parseGpuList } from '../../src/cli/gpus.js';
import { consumerPlan, type PlanOptions, readGpus, readQueues } from '../../src/cli/worker/consumer-plan.js';

const plan = (changes: Partial<PlanOptions>) =>
  consumerPlan({
    queues: undefined,
    gpus: [],
    concurrency: 1,
    threads: undefined,
    cores: 8,
    tasksDir: undefined,
    graceSeconds: 60,
    ...changes,
  }).map(({ gpu, threads }) => [gpu, threads]);

describe('the consumers of a worker', () => {
  it('are one on the CPU with all cores by default', () => {
    expect(plan({})).toEqual([[undefined, 8]]);
  });

  it('share the cores, with at least one thread each', () => {
    expect(plan({ concurrency: 3 })).toEqual([2, 2, 2].map((threads) => [undefined, threads]));
    expect(plan({ concurrency: 3, cores: 2 })).toEqual([1, 1, 1].map((threads) => [undefined, threads]));
  });

  it('are as many on each GPU as asked for', () => {
    expect(plan({ gpus: ['0', '3'], concurrency: 2, threads: 5 })).toEqual([
      ...[
        ['0', 5],
        ['0', 5],
      ],
      ...[
        ['3', 5],
        ['3', 5],
      ],
    ]);
  });
});

describe('--gpus', () => {
  const detect = async () => ['0', '1'];

  it('auto asks the driver, none is the CPU, numbers are of GPUs that are there, once each', async () => {
    expect(await readGpus('auto', detect)).toEqual(['0', '1']);
    expect(await readGpus('none', detect)).toEqual([]);
    expect(await readGpus('01, 0', detect)).toEqual(['1', '0']);
    await expect(readGpus('all', detect)).rejects.toThrow('give auto, none, or device numbers');
    await expect(readGpus('0,2', detect)).rejects.toThrow('there is no GPU 2: there are 0, 1');
    await expect(readGpus('0', async () => [])).rejects.toThrow('there is no GPU 0: this machine has none');
    await expect(readGpus('0,00', detect)).rejects.toThrow(/GPU 0 stands twice; .*--concurrency/);
  });

  it('reads the list of nvidia-smi -L', () => {
    const text = [
      'GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-1f4a)',
      '  MIG 1g.10gb     Device  0: (UUID: MIG-77)',
      'GPU 11: Tesla T4 (UUID: GPU-2)',
    ].join('\n');
    expect(parseGpuList(text)).toEqual([
      { index: '0', name: 'NVIDIA H100 80GB HBM3' },
      { index: '11', name: 'Tesla T4' },
    ]);
    expect(parseGpuList('No devices found.')).toEqual([]);
    expect(parseGpuDevices(['null', 'nvidia3', 'nvidiactl', 'nvidia-uvm'])).toEqual([
      { index: '0', name: '/dev/nvidia3' },
    ]);
  });
});

describe('--queues', () => {
  it('are queues of the job table, once each', () => {
    expect(readQueues(['training', 'surrogate', 'training'])).toEqual(['training', 'surrogate']);
    expect(readQueues(undefined)).toBeUndefined();
    expect(() => readQueues(['fisher'])).toThrow(/unknown queue "fisher"; (did you mean|there are)/);
  });
});
