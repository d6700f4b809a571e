import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultsOfTable } from '../../src/act-bench/function-results.js';
import { readResults } from '../../src/act-bench/read-results.js';
import type { ActBenchTable, TableEntry } from '../../src/act-bench/table.js';
import { writeTable } from '../../src/act-bench/write-table.js';
import { packageDir } from '../../src/config.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import type { Metric } from '../../src/domain/trial.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';
import { openPipeline } from '../../src/open-pipeline.js';
import { createStudy } from '../../src/producers/create-study.js';
import type { FisherChoices } from '../../src/producers/fisher/fisher-settings.js';
import { Study } from '../../src/study.js';
import { testServices } from '../support/services.js';

const hash = (fn: string) => canonicalHash(outputFeatures(fn));

function entry(valAcc: number, changes: Partial<TableEntry> = {}): TableEntry {
  return {
    ...{ trainAcc: 0.9, valAcc, trainLoss: 0.3, valLoss: 0.5, testAcc: valAcc - 0.01, testLoss: 0.6, runtime: 2 },
    equivalents: [],
    fisherCdf: Float32Array.of(0, 13107 / 65_535, 1),
    ...changes,
  };
}

const TABLE: ActBenchTable = new Map([
  ['max(x,tanh(x))', entry(0.8, { equivalents: ['max(tanh(x),x)', 'relu(x)'] })],
  ['erf(x)', entry(0.7, { seeds: { valAcc: [0.72, 0.68, 0.7], testAcc: [0.69, 0.5, 0.7] } })],
  ['sinh(sinh(x))', entry(0.1, { trainLoss: null, valLoss: null, testLoss: null, fisherCdf: new Float32Array(0) })],
]);

describe('import and export of tables', () => {
  const services = testServices();
  let pipeline: Awaited<ReturnType<typeof openPipeline>>;
  beforeAll(async () => {
    pipeline = await openPipeline(services);
  });
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-tables-'));
  afterAll(async () => {
    await pipeline.close();
    rmSync(folder, { recursive: true });
  });
  let studies = 0;
  async function newStudy(seed = 0, fisher: FisherChoices = {}, metric: Metric = 'valAcc'): Promise<Study> {
    const name = `import-${process.pid}-${++studies}`;
    const task = await resolveTask('fashion-mnist/tiny', { projectDir: packageDir });
    await createStudy(pipeline, { name, task, space: ['tanh(x)'], seed, fisher, metric });
    return new Study(name, pipeline);
  }
  const counts = { added: 0, known: 0, running: 0, waiting: 0, features: 0, merged: 0, unusable: 0 };

  it('gives back what was put in, under the same seeds', async () => {
    const study = await newStudy(5);
    expect(await study.importResults(resultsOfTable(TABLE))).toEqual({ ...counts, added: 3, features: 2 });
    const { table, leftOut } = await study.exportTable();
    expect(leftOut).toBe(0);
    const fisherSettings = (await study.info()).fisher;
    expect(new Map([...table].sort())).toEqual(
      new Map<string, TableEntry>([
        ['erf(x)', { ...TABLE.get('erf(x)')!, testAcc: 0.69, fisherSettings }],
        // relu(x) is another function: not taken for an alias.
        ['max(x,tanh(x))', { ...TABLE.get('max(x,tanh(x))')!, equivalents: ['max(tanh(x),x)'], fisherSettings }],
        ['sinh(sinh(x))', TABLE.get('sinh(sinh(x))')!],
      ]),
    );
    const { store } = pipeline;
    expect((await store.runs.of(study.name, hash('erf(x)'))).map(({ seed }) => seed)).toEqual([5, 6, 7]);
    expect((await study.exportTable({ minRuns: 2 })).table.size).toBe(1);
    expect((await study.best(1))[0]).toMatchObject({ fn: 'max(x,tanh(x))', valAcc: 0.8, runs: 1 });
    const erf = (await study.best(2))[1]!;
    expect(erf).toMatchObject({ runs: 3, stderr: expect.closeTo(0.02 / Math.sqrt(3), 6) });
    expect((await store.trials.finished(study.name)).map(({ number }) => number)).toEqual([1, 2, 3]);
    expect((await study.progress()).populate.complete).toBe(false); // its own space is not populated
  });

  it('may be repeated, or cut short and repeated: nothing changes, nothing is lost', async () => {
    const study = await newStudy();
    const { store } = pipeline;
    await study.importResults(resultsOfTable(new Map([...TABLE].slice(0, 1))));
    // As if the import had been killed after it stored the runs.
    const [fn, second] = [...TABLE][1]!;
    const run = { seed: 0, history: [], worker: 'import', result: { ...second, valAcc: 0.72, testAcc: 0.69 } };
    await store.client
      .db(store.database)
      .collection<{ _id: string }>('runs')
      .insertOne({ _id: `${study.name}:${hash(fn)}:0`, study: study.name, hash: hash(fn), ...run } as { _id: string });
    expect(await study.importResults(resultsOfTable(TABLE))).toEqual({ ...counts, added: 2, known: 1, features: 1 });
    const first = await study.exportTable();
    expect(await study.importResults(resultsOfTable(TABLE))).toEqual({ ...counts, known: 3 });
    expect(await study.exportTable()).toEqual(first);
    expect(first.table.get('erf(x)')!.seeds!.valAcc).toEqual([0.72, 0.68, 0.7]);
  });

  it('adds runs of other seeds to those that are there, and takes no trial from a worker', async () => {
    const study = await newStudy();
    await study.importResults(resultsOfTable(new Map([['erf(x)', entry(0.5)]])));
    const seeds = { valAcc: [0.9, 0.7], testAcc: [0.9, 0.7] };
    const running = hash('arctan(x)');
    await study.importResults(resultsOfTable(new Map([['arctan(x)', entry(0.4)]])));
    await study.clean();
    await study.importResults(resultsOfTable(new Map([['erf(x)', entry(0.5)]])));
    const slot = { number: 2, owner: 'worker', leaseMs: 60_000, fn: 'arctan(x)' };
    expect((await pipeline.store.leases.claim(study.name, running, slot)).outcome).toBe('claimed');
    const table: ActBenchTable = new Map([
      ['erf(x)', entry(0.8, { seeds })],
      ['arctan(x)', entry(0.4)],
    ]);
    expect(await study.importResults(resultsOfTable(table))).toEqual({ ...counts, known: 1, running: 1 });
    // The run of seed 0 stays what it was.
    expect((await study.exportTable()).table.get('erf(x)')!.seeds!.valAcc).toEqual([0.5, 0.7]);
    expect((await study.best(5)).map(({ fn, valAcc }) => [fn, valAcc])).toEqual([['erf(x)', 0.6]]);
  });

  it('makes one of equivalent functions, and leaves out what cannot be used', async () => {
    const study = await newStudy();
    const table: ActBenchTable = new Map([
      ['sub(erf(x),zero(x))', entry(0.1)],
      ['erf(x)', entry(0.2)],
      ['add(x,negative(x))', entry(0.3)],
      ['reciprocal(zero(x))', entry(0.4)],
    ]);
    expect(await study.importResults(resultsOfTable(table))).toEqual({
      ...counts,
      added: 1,
      features: 1,
      merged: 1,
      unusable: 2,
    });
    expect([...(await study.exportTable()).table].map(([fn, { valAcc }]) => [fn, valAcc])).toEqual([['erf(x)', 0.2]]);
    await expect(study.importResults(resultsOfTable(new Map([['rleu(x)', entry(0.5)]])))).rejects.toMatchObject({
      code: 'TABLE_INVALID',
      message: expect.stringContaining('relu'),
    });
  });

  it('never mixes features of different networks or settings', async () => {
    const study = await newStudy();
    await study.importResults(resultsOfTable(TABLE));
    expect((await study.info()).fisher).toMatchObject({ compat: 'aquasurf', floor: 0 });
    const other: ActBenchTable = new Map([['abs(x)', entry(0.5, { fisherCdf: Float32Array.of(0, 1) })]]);
    await expect(study.importResults(resultsOfTable(other))).rejects.toThrow(
      /have 2 values, those of study .* 3; .*--features none/,
    );
    await expect(study.importResults(resultsOfTable(TABLE), { features: 'none' })).resolves.toMatchObject({
      known: 3,
      features: 0,
    });
    expect(await study.importResults(resultsOfTable(other), { features: 'none' })).toMatchObject({
      added: 1,
      features: 0,
    });

    const ours = await newStudy();
    await ours.importResults(resultsOfTable(TABLE), { features: 'study' });
    expect((await ours.info()).fisher).not.toHaveProperty('compat');
    await expect(ours.importResults(resultsOfTable(TABLE))).rejects.toThrow(/other settings.*--features study/);
    expect(await ours.importResults(resultsOfTable(TABLE), { features: 'study' })).toMatchObject({ known: 3 });
  });

  it('takes the settings of the features from the file, where it says them', async () => {
    const source = await newStudy();
    await source.importResults(resultsOfTable(TABLE), { features: 'study' });
    const { table } = await source.exportTable();
    const file = join(folder, 'own.json.gz');
    await writeTable(file, table);
    const results = await readResults(file);
    // One's own export changes nothing, into this study or an empty one of the same settings.
    const before = (await source.info()).fisher;
    expect(await source.importResults(results)).toMatchObject({ known: 3 });
    expect((await source.info()).fisher).toEqual(before);
    const same = await newStudy();
    await same.importResults(results);
    expect((await same.info()).fisher).toEqual(before);
    // An empty study of other settings takes on the file's; one that has features refuses them.
    const other = await newStudy(0, { batchSize: 7 });
    expect((await other.info()).fisher.batchSize).toBe(7);
    await other.importResults(results);
    expect((await other.info()).fisher).toEqual(before);
    const original = await newStudy();
    await original.importResults(resultsOfTable(TABLE));
    await expect(original.importResults(results)).rejects.toThrow(
      /floor 0, .*as the original program.*than the file's \(batch 100, floor 0.000001/,
    );
    await expect((await newStudy()).importResults(results, { features: 'original' })).rejects.toThrow(
      /the file says that its Fisher features were made with batch 100.*leave the option out/,
    );
    const mixed = [...results, ...resultsOfTable(new Map([['abs(x)', entry(0.5)]]))];
    await expect((await newStudy()).importResults(mixed)).rejects.toThrow(/features of different settings: .*abs\(x\)/);
  });

  it.each<[cdf: number[], message: RegExp]>([
    [[0, 0.5, 0.9], /layer 1 ends in 0.9.*; a CDF ends in 1/],
    [[0, 0.5, 0.2, 1], /layer 1 falls from 0.5 to 0.2/],
    [[0, 1, 0.5, 0.2], /layer 2 falls from 0.5 to 0.2/],
    [[0, 1, 0, 0.5], /layer 2 ends in 0.5/],
  ])('refuses features that are no CDFs: %j', async (cdf, message) => {
    const study = await newStudy();
    const results = resultsOfTable(new Map([['erf(x)', entry(0.5, { fisherCdf: Float32Array.from(cdf) })]]));
    await expect(study.importResults(results)).rejects.toMatchObject({
      code: 'TABLE_INVALID',
      message: expect.stringMatching(message),
    });
    expect((await study.summary()).evaluated).toBe(0);
  });

  it("refuses results without the study's metric, and gives back those that diverged", async () => {
    const study = await newStudy(0, {}, 'valLoss');
    const without = resultsOfTable(new Map([['erf(x)', entry(0.5, { valLoss: null })]]));
    await expect(study.importResults(without)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(
        /^import of erf\(x\): .* minimises the validation loss, which is not in the result/,
      ),
    });
    const table: ActBenchTable = new Map([
      ['erf(x)', entry(0.5, { valLoss: 2.5 })],
      ['tanh(x)', entry(0.1, { valLoss: Number.NaN })],
    ]);
    await study.importResults(resultsOfTable(table));
    expect((await study.best()).map(({ fn, valLoss }) => [fn, valLoss])).toEqual([
      ['erf(x)', 2.5],
      ['tanh(x)', null],
    ]);
    const file = join(folder, 'diverged.json');
    await writeTable(file, (await study.exportTable()).table);
    const again = await newStudy(0, {}, 'valLoss');
    expect(await again.importResults(await readResults(file))).toMatchObject({ added: 2 });
  });

  it('reads a database of the original program: results, features, functions that wait', async () => {
    const study = await newStudy();
    const results = await readResults(join(packageDir, 'test/golden/original.db'));
    // zero(x), one(x): all outputs equal; reciprocal(x) can be used. abs(x) stands there twice.
    const report = { ...counts, added: 10, waiting: 3, features: 2, merged: 1, unusable: 2 };
    expect(await study.importResults(results)).toEqual(report);
    const best = await study.best(20);
    expect(best).toHaveLength(10);
    expect(best[0]).toMatchObject({ fn: 'elu(x)', valAcc: 0.882499993, valLoss: 0.362764031, testAcc: null });
    const features = await pipeline.store.fisher.features(study.name, [hash('tanh(x)'), hash('relu(x)')]);
    const relu = [...features.get(hash('relu(x)'))!];
    expect(relu).toHaveLength(38);
    expect(relu[8]).toBe(Math.round(0.944444444 * 65_535));
    const { trials } = pipeline.store;
    expect(await trials.get(study.name, hash('mish(x)'))).toMatchObject({ status: 'waiting', result: null });
    expect((await trials.get(study.name, hash('exp(x)')))!.fisher.state).toBe('undefined');
    expect((await study.info()).fisher).toMatchObject({ compat: 'aquasurf' });
    expect(await study.importResults(results)).toEqual({ ...report, added: 0, known: 10, features: 0 });
  });

  it('takes a table of thousands of functions at once', async () => {
    const study = await newStudy();
    const names = ['tanh', 'erf', 'arctan', 'softsign', 'arcsinh', 'sigmoid', 'softplus', 'swish', 'elu', 'selu'];
    const table: ActBenchTable = new Map();
    for (const a of names)
      for (const b of names) for (const c of names) table.set(`add(${a}(${b}(x)),${c}(x))`, entry(0.5));
    const { added, merged } = await study.importResults(resultsOfTable(table));
    expect(added + merged).toBe(1000);
    expect(added).toBeGreaterThan(950);
    expect((await study.summary()).evaluated).toBe(added);
  }, 60_000);
});
