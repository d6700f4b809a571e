import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ComputeProcess } from '../../src/compute/compute-process.js';
import type { TaskReference } from '../../src/compute/protocol.js';
import { loadConfig } from '../../src/config.js';
import type { Logger } from '../../src/log.js';
import { dataHash } from '../../src/nn/data-hash.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';
import { openStudy } from '../../src/open-study.js';
import { testServices } from '../support/services.js';
import { tinyData, tinyTask } from '../support/tiny-task.js';

const services = testServices();
const folder = mkdtempSync(join(tmpdir(), 'aquasurf-changed-'));
const file = join(folder, 'task.mjs');
const labels = join(folder, 'labels.csv');
afterAll(() => rmSync(folder, { recursive: true }));

/** A task whose labels come from a file, as people's data do. */
const write = (remark: string, change = '') =>
  writeFileSync(
    file,
    `import { readFileSync } from 'node:fs';
// ${remark}
const split = (labels) => ({ inputs: Float32Array.from(labels, (_, i) => i / 10), labels, rows: labels.length });
export default {
  name: 'mine',
  buildModel: ({ tf, activation }) => tf.sequential({ layers: [
    tf.layers.dense({ units: 4, inputShape: [1] }), activation(), tf.layers.dense({ units: 2 }), tf.layers.softmax(),
  ] }),
  loadData: () => {
    const data = split(Int32Array.from(readFileSync(${JSON.stringify(labels)}, 'utf8').split(','), Number));
    return { inputShape: [1], classes: 2, train: data, validation: data, test: data };
  },
  ${change}
};
`,
  );

beforeEach(() => {
  write('first');
  writeFileSync(labels, '0,1,0,1,1,1');
});
const cleanups: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

let made = 0;
async function open(create: object = {}, name = `mine-${++made}`) {
  const { redisUrl, mongodbUri } = services;
  const task = { task: 'mine', space: ['erf(x)'], ...create };
  const study = await openStudy(name, { redisUrl, mongodbUri, tasksDir: file, create: task });
  cleanups.push(() => study.close());
  return study;
}

const now = async (): Promise<TaskReference> => {
  const { sourceHash } = await resolveTask('mine', { projectDir: folder, tasksDir: file });
  return { name: 'mine', sourceHash };
};

function computeProcess() {
  const lines: string[] = [];
  const log = { info: (_: object, line: string) => lines.push(line) } as unknown as Logger;
  const settings = { backend: 'auto', cacheDir: loadConfig().cacheDir, projectDir: folder, tasksDir: file, threads: 1 };
  const compute = new ComputeProcess(settings, log);
  cleanups.push(() => compute.close());
  const call = (task: TaskReference) => compute.call('checkTask', { task, operators: { id: 'standard@1' } });
  return { call, lines };
}

describe('a task', () => {
  it.each([
    ['whose data fail', "loadData: () => { throw new Error('no such file') },", /loadData fails: no such file/],
    ['whose network fails', "buildModel: () => { throw new Error('no network') },", /no network/],
    ['whose loss fails', "loss: () => { throw new Error('no loss') },", /no loss/],
  ])(
    '%s is refused before its study is stored',
    async (_, change, message) => {
      write('broken', change);
      await expect(open({}, 'broken')).rejects.toThrow(message);
      write('mended');
      expect((await (await open({}, 'broken')).info()).task.dataHash).toMatch(/^[0-9a-f]{64}$/);
      await (await open({}, 'broken')).delete();
    },
    60_000,
  );

  it('is read again by a worker when its module changes, and refused where the study has it as it was', async () => {
    const { call, lines } = computeProcess();
    const before = await now();
    const first = await call(before);
    write('second');
    await expect(call(before)).rejects.toMatchObject({ code: 'TASK_CHANGED', message: /its source has changed/ });
    expect(lines).toContain(`${file} has changed: it is read again`);
    write('third', "dataVersion: 'other',");
    expect((await call(await now())).dataHash).not.toBe(first.dataHash);
    write('first');
    expect(await call(before)).toEqual(first);
  }, 60_000);

  it('with other data is refused by name; a study that knows no data takes any', async () => {
    const { dataHash } = await computeProcess().call(await now());
    writeFileSync(labels, '1,1,0,1,1,0');
    const { call } = computeProcess();
    await expect(call({ ...(await now()), dataHash })).rejects.toMatchObject({
      code: 'TASK_CHANGED',
      message: expect.stringMatching(/^the data of task mine/),
    });
    await call(await now());
  }, 60_000);
});

describe('the task of a study', () => {
  const reported = { valAcc: 0.5, valLoss: 1 };

  it('is taken as it is by a study that has no features and no trials', async () => {
    const study = await open();
    const before = (await study.info()).task.sourceHash;
    write('second');
    await study.populate();
    const { task } = await study.info();
    expect(task).toMatchObject({
      sourceHash: (await now()).sourceHash,
      updates: [{ from: before, to: task.sourceHash, keep: 'nothing' }],
    });
  }, 60_000);

  it.each([
    ['features', { defined: 1, done: 0 }],
    ['results', { defined: 0, done: 1 }],
    ['both', { defined: 1, done: 1 }],
    ['nothing', { defined: 0, done: 0 }],
  ] as const)(
    'keeps %s, as it is told',
    async (keep, left) => {
      const study = await open({ check: false });
      const { store } = (study as unknown as { pipeline: import('../../src/queues/pipeline.js').Pipeline }).pipeline;
      const { baselines, fisher } = await study.info();
      await store.fisher.put(study.name, baselines[1]!, Uint16Array.of(0, 65_535), fisher);
      const run = { seed: 0, history: [], worker: 'outside' };
      const rest = { testAcc: null, testLoss: null, trainAcc: null, trainLoss: null, runtime: null };
      await store.results.reportOutside(study.name, baselines[1]!, 'relu(x)', {
        ...run,
        result: { ...reported, ...rest },
      });
      write('second', 'training: { epochs: 2 },');
      await study.populate();
      await expect(study.updateTask()).rejects.toMatchObject({
        code: 'USAGE',
        message: /1 Fisher features and 1 trials/,
      });
      const { task } = await study.updateTask(keep);
      expect(task).toMatchObject({ sourceHash: (await now()).sourceHash, updates: [{ keep }] });
      const { fisher: features, trials } = await study.progress();
      expect({ defined: features.defined, done: trials.done }).toEqual(left);
    },
    60_000,
  );

  it('and its data are recorded for a study that did not know them', async () => {
    const study = await open({ check: false });
    expect((await study.info()).task.dataHash).toBeUndefined();
    const { task } = await study.updateTask('both');
    expect(task).toMatchObject({ dataHash: expect.any(String), updates: [{ data: true, keep: 'both' }] });
    expect((await study.updateTask()).task.updates).toHaveLength(1);
  }, 60_000);
});

describe('the hash of data', () => {
  const data = tinyData({ train: 20, validation: 10, test: 10 });
  const of = (changes: Partial<typeof data>) => dataHash(tinyTask(), { ...data, ...changes });
  const { train } = data;
  const exchanged = <T extends Float32Array | Int32Array>(values: T, a: number, b: number): T => {
    const copy = values.slice() as T;
    [copy[a], copy[b]] = [copy[b]!, copy[a]!];
    return copy;
  };
  const two = train.labels.findIndex((label) => label !== train.labels[0]);

  it('covers inputs, labels, shapes, splits and order', () => {
    const hashes = [
      of({}),
      of({ train: { ...train, inputs: exchanged(train.inputs, 0, 1) } }),
      of({ train: { ...train, labels: exchanged(train.labels, 0, two) } }),
      of({ inputShape: [36, 1, 1] }),
      of({ classes: 4 }),
      of({ validation: data.test, test: data.validation }),
      of({ train: { ...train, inputs: train.inputs.subarray(0, 36), labels: train.labels.subarray(0, 1), rows: 1 } }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(of({ train: { ...train, inputs: train.inputs.slice() } })).toBe(hashes[0]);
  });

  it('is that of the version, where the task names one', () => {
    const versions = ['1', '2'].map((dataVersion) => dataHash(tinyTask({ dataVersion }), data));
    expect(versions).toEqual([expect.not.stringMatching(versions[1]!), expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(dataHash(tinyTask({ dataVersion: '1' }), tinyData())).toBe(versions[0]);
  });
});
