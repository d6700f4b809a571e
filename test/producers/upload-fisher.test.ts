import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { studyText, studyView } from '../../src/cli/commands/study/study-view.js';
import { studySpectra } from '../../src/cli/plot/study-spectra.js';
import { rankOf } from '../../src/domain/expression/rank.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { isUsable, outputFeatures } from '../../src/domain/features/output-features.js';
import { ALL_OPERATORS } from '../../src/domain/operators/index.js';
import type { SurrogateSettings } from '../../src/domain/surrogate/settings.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';
import { openPipeline } from '../../src/open-pipeline.js';
import { createStudy } from '../../src/producers/create-study.js';
import { nextForFisher, nextForResults } from '../../src/store/next-step.js';
import { STAGES } from '../../src/study/stages.js';
import { Study } from '../../src/study.js';
import { batchOf } from '../store/test-store.js';
import { testServices } from '../support/services.js';

const folder = mkdtempSync(join(tmpdir(), 'aquasurf-elsewhere-'));
writeFileSync(
  join(folder, 'elsewhere.mjs'),
  "export default { name: 'elsewhere', baselines: ['relu(x)', 'tanh(x)'] };",
);
writeFileSync(join(folder, 'half.mjs'), "export default { name: 'half', loadData: () => null };");
const folders = { projectDir: folder, tasksDir: folder };

describe('a task whose network lives elsewhere', () => {
  const services = testServices();
  let pipeline: Awaited<ReturnType<typeof openPipeline>>;
  beforeAll(async () => {
    pipeline = await openPipeline(services);
  });
  afterAll(async () => {
    await pipeline.close();
    rmSync(folder, { recursive: true });
  });
  let studies = 0;
  async function newStudy(name = 'elsewhere', surrogate: Partial<SurrogateSettings> = {}): Promise<Study> {
    const study = `elsewhere-${process.pid}-${++studies}`;
    rmSync(join(folder, 'half.mjs'), { force: true });
    const task = await resolveTask(name, folders);
    await createStudy(pipeline, { name: study, task, space: ['erf(x)', 'zero(x)'], ...surrogate });
    const named = ['relu(x)', 'tanh(x)', 'erf(x)', 'zero(x)'].map((fn) => {
      const outputs = outputFeatures(fn);
      return { name: fn, hash: canonicalHash(outputs), rank: rankOf(fn, 1), usable: isUsable(outputs) };
    });
    const { spaces } = await pipeline.store.studies.get(study);
    await pipeline.store.functions.storeRange(spaces[0]!, batchOf(named));
    return new Study(study, pipeline);
  }

  it('has neither a model nor data, not one of both', async () => {
    await expect(resolveTask('half', folders)).rejects.toThrow(/half.*buildModel: expected a function.*or neither/);
  });

  it('needs no jobs for its features, and trains nothing here', async () => {
    const study = await newStudy();
    expect(await study.fisher()).toBe(3);
    expect((await study.progress()).fisher).toMatchObject({ source: 'none', defined: 3, owed: 0 });
    expect(await study.fisher()).toBe(0);
    const text = studyText(await studyView(pipeline.store, study.name));
    expect(text).toMatch(/Fisher features +none: the task has no network; 3 functions by outputs alone/);
    expect(text).not.toMatch(/defined|batch/);
    expect((await study.summary()).withEigenvalues).toBe(0);
    expect(STAGES.fisher.read(await study.progress()).note).toBe('of outputs alone: the task has no network');
    await expect(study.search({ trials: 3 })).rejects.toThrow(/elsewhere has no network to train here/);
    await expect(study.train({ seeds: 2 })).rejects.toThrow(/elsewhere has no network to train here/);
    await expect(study.retrain({ top: 2, count: 1 })).rejects.toThrow(/elsewhere has no network to train here/);
    expect((await study.progress()).retraining.owed).toBe(0);
  });

  it('takes several results of a function by their seeds, and none in place of another', async () => {
    const study = await newStudy();
    await study.fisher();
    await study.report('relu(x)', { valAcc: 0.5, runtime: 3 });
    await study.report('relu(x)', { valAcc: 0.5, runtime: 3 });
    await expect(study.report('relu(x)', { valAcc: 0.6 })).rejects.toMatchObject({
      code: 'RESULT_EXISTS',
      message: expect.stringMatching(/relu\(x\) has a result with seed 0 .*0\.5.*--seed/),
    });
    await study.report('relu(x)', { valAcc: 0.7, seed: 1 });
    const [best] = await study.best(1);
    expect(best).toMatchObject({ fn: 'relu(x)', runs: 2 });
    expect(best?.valAcc).toBeCloseTo(0.6, 12);
  });

  it('keeps its plane where features from outside cannot be computed again', async () => {
    const study = await newStudy();
    await study.uploadFisher('relu(x)', [[0, 0.5, 1]]);
    const plane = { version: 1, hashes: [canonicalHash(outputFeatures('relu(x)'))], points: new Float32Array([1, 2]) };
    await pipeline.store.embeddings.put(study.name, plane);
    await expect(study.fisher({ fromScratch: true })).rejects.toThrow(/are uploaded, not computed here/);
    expect(await pipeline.store.embeddings.latestVersion(study.name)).toBe(1);
  });

  it('has a plane of outputs alone until features come from outside, unless another is asked for', async () => {
    const places = async (study: Study) => (await study.info()).surrogate.places;
    const study = await newStudy('elsewhere', { regressor: 'knn' });
    expect(await places(study)).toBe('outputs-plane');
    expect(await places(await newStudy())).toBe('components');
    const chosen = await newStudy('elsewhere', { places: 'components' });
    await chosen.uploadFisher('relu(x)', [[0, 0.5, 1]]);
    expect(await places(chosen)).toBe('components');
    expect(await places(await newStudy('elsewhere', { places: 'plane' }))).toBe('plane');
    await study.uploadFisher('relu(x)', [[0, 0.5, 1]]);
    expect(await places(study)).toBe('plane');
  });

  it('takes Fisher features from outside, of the shape of the first', async () => {
    const study = await newStudy();
    await study.uploadFisher('relu(x)', [
      [0, 0.25, 1],
      [0.5, 1],
    ]);
    await study.uploadFisher('tanh(x)', [Float32Array.of(0.1, 0.1, 1), [0, 1]]);
    await study.uploadFisher('tanh(x)', [
      [0.2, 0.2, 1],
      [0, 1],
    ]);
    const { store } = pipeline;
    const hashes = await store.fisher.definedHashes(study.name);
    const features = [...(await store.fisher.features(study.name, hashes)).values()].map((values) => [...values]);
    expect(features.sort((a, b) => a[0]! - b[0]!)).toEqual([
      [0, 16_384, 65_535, 32_768, 65_535],
      [13_107, 13_107, 65_535, 0, 65_535],
    ]);
    await expect(
      study.uploadFisher('erf(x)', [
        [0, 1],
        [0, 0.25, 1],
      ]),
    ).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
      message: expect.stringMatching(/erf\(x\): layers of 2, 3 values, but those of the study have 3, 2/),
    });
    await expect(study.fisher()).rejects.toThrow(/are uploaded, not computed/);
  });

  it('shows and draws features from outside by their own layers', async () => {
    const study = await newStudy();
    for (const fn of ['relu(x)', 'tanh(x)'])
      await study.uploadFisher(fn, [
        [0, 0.25, 1],
        [0.5, 1],
      ]);
    const { store } = pipeline;
    const text = studyText(await studyView(store, study.name));
    expect(text).toMatch(/Fisher features +2 uploaded\n +layers of 3, 2 values/);
    expect(text).not.toMatch(/defined|batch/);
    const picture = { study: study.name, metric: 'valAcc', direction: 'max', trials: [], plane: undefined } as const;
    const options = { functions: ['tanh(x)'], tasks: folder };
    const { panels } = await studySpectra(store, await study.info(), { ...picture, operators: ALL_OPERATORS }, options);
    expect(panels.map(({ title }) => title)).toEqual([
      'layer 1: share of eigenvalues',
      'layer 1: cumulated',
      'layer 2: share of eigenvalues',
      'layer 2: cumulated',
    ]);
    expect(panels[3]!.series.map(({ name, y }) => [name, y.length])).toEqual([
      ['relu(x)', 3],
      ['tanh(x)', 3],
    ]);
  });

  it('names only commands that do not refuse', async () => {
    const study = await newStudy();
    const { store } = pipeline;
    const picture = { study: study.name, metric: 'valAcc', direction: 'max', trials: [], plane: undefined } as const;
    const spectra = async (...functions: string[]) =>
      studySpectra(store, await study.info(), { ...picture, operators: ALL_OPERATORS }, { functions, tasks: folder });
    await expect(spectra()).rejects.toThrow(/has no spectra: its task has no network/);
    expect(nextForResults(await study.info())).toMatch(/aquasurf suggest .* --claim` and report/);
    await study.uploadFisher('relu(x)', [[0, 1]]);
    await expect(spectra('tanh(x)')).rejects.toThrow(/tanh\(x\) has no Fisher features .*: upload them with/);
    await expect(spectra('sinh(x)')).rejects.toMatchObject({
      code: 'FUNCTION_NOT_IN_STUDY',
      message: expect.stringMatching(/add it with `aquasurf populate .* --fn "sinh\(x\)" --wait`/),
    });
    expect(nextForFisher(await study.info())).toMatch(/^upload features of more functions/);
  });

  it.each<[string, number[][], RegExp]>([
    ['no layers', [], /no layer/],
    ['a single value', [[1]], /layer 1 has 1 values/],
    [
      'a falling CDF',
      [
        [0, 1],
        [0.5, 0.25, 1],
      ],
      /layer 2 falls from 0.5 to 0.25 at 1/,
    ],
    ['a value outside', [[-0.1, 1]], /layer 1 has -0.1 at 0/],
    ['not a number', [[Number.NaN, 1]], /layer 1 has NaN at 0/],
    ['an end below 1', [[0, 0.9]], /layer 1 ends in 0.9/],
    ['one flat list', [0, 0.5, 1] as never, /layer 1 is no list of numbers/],
    ['no list', null as never, /they are no list/],
    ['a layer without a list', [[0, 1], null] as never, /layer 2 is no list of numbers/],
    ['texts', [['0', '1']] as never, /layer 1 has 0 at 0/],
  ])('refuses %s, and stores nothing', async (_, cdfs, message) => {
    const study = await newStudy();
    await expect(study.uploadFisher('relu(x)', cdfs)).rejects.toThrow(message);
    expect((await study.info()).fisher.uploaded).toBeUndefined();
  });

  it('refuses functions that are not in the study, or cannot be used', async () => {
    const study = await newStudy();
    await expect(study.uploadFisher('sinh(x)', [[0, 1]])).rejects.toMatchObject({ code: 'FUNCTION_NOT_IN_STUDY' });
    await expect(study.uploadFisher('zero(x)', [[0, 1]])).rejects.toMatchObject({ code: 'FUNCTION_NOT_IN_STUDY' });
  });

  it('mixes no uploaded features with computed ones, but replaces absent ones', async () => {
    const study = await newStudy();
    await study.fisher();
    await study.uploadFisher('relu(x)', [[0, 1]]);
    const computed = await newStudy();
    const { fisher } = await computed.info();
    await pipeline.store.fisher.put(computed.name, '0'.repeat(32), Uint16Array.of(0, 65_535), fisher);
    await expect(computed.uploadFisher('relu(x)', [[0, 1]])).rejects.toThrow(/computed here.*another study/);
  });
});
