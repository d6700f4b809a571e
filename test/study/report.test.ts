import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summaryText } from '../../src/cli/summary-text.js';
import { rankOf } from '../../src/domain/expression/rank.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import type { Metric } from '../../src/domain/trial.js';
import { openPipeline } from '../../src/open-pipeline.js';
import type { OutsideResult } from '../../src/producers/training/report-result.js';
import { Study } from '../../src/study.js';
import { batchOf, newStudy, settings } from '../store/test-store.js';
import { testServices } from '../support/services.js';

const FUNCTIONS = ['relu(x)', 'tanh(x)', 'erf(x)'];
const hashOf = (fn: string) => canonicalHash(outputFeatures(fn));

const services = testServices();
let pipeline: Awaited<ReturnType<typeof openPipeline>>;
beforeAll(async () => {
  pipeline = await openPipeline(services);
  const named = FUNCTIONS.map((name) => ({ name, hash: hashOf(name), rank: rankOf(name, 1), usable: true }));
  await pipeline.store.functions.storeRange('list-reported', batchOf(named));
});
afterAll(async () => {
  await pipeline.close();
  await services.drop();
});

async function studyOf(name: string, metric: Metric = 'valAcc'): Promise<Study> {
  const direction = metric === 'valAcc' ? 'max' : 'min';
  await pipeline.store.studies.create(newStudy(name, { spaces: ['list-reported'], baselines: [], metric, direction }));
  for (const fn of FUNCTIONS) await pipeline.store.fisher.put(name, hashOf(fn), Uint16Array.of(0, 65_535), settings);
  return new Study(name, pipeline);
}

describe('a reported result', () => {
  it.each<[result: unknown, message: RegExp]>([
    [{ valAcc: '0.9' }, /^report: valAcc: "0.9"; expected a fraction from 0 to 1$/],
    [{}, /maximises the validation accuracy, which is not in the result: give valAcc \(--val-acc\)$/],
    [{ valAcc: null, valLoss: 0.1 }, /give valAcc/],
    [{ valAcc: Number.NaN }, /valAcc: NaN; expected a fraction/],
    [{ valAcc: 91.3 }, /valAcc: 91.3; expected a fraction from 0 to 1: did you mean 0.913\?$/],
    [{ valAcc: 0.9, testAcc: 88 }, /testAcc: 88; .*did you mean 0.88\?/],
    [{ valAcc: -1 }, /valAcc: -1; expected a fraction from 0 to 1$/],
    [{ valAcc: 0.9, seed: 'a' }, /seed: "a"; expected a whole number from 0 to 4294967295/],
    [{ valAcc: 0.9, seed: 2 ** 32 }, /seed: 4294967296; /],
    [{ valAcc: 0.9, runtime: -1 }, /runtime: -1; expected seconds, 0 or more/],
    [{ valAcc: 0.9, runtime: Number.POSITIVE_INFINITY }, /runtime: Infinity; /],
    [{ valAcc: 0.9, valLoss: 'nan' }, /valLoss: "nan"; expected a number, NaN where the training diverged/],
    [{ valAcc: 0.9, valloss: 0.3 }, /unknown key "valloss"; did you mean valLoss\?/],
    [{ accuracy: 0.9 }, /unknown key "accuracy"; there are valAcc, valLoss/],
  ])('is refused where it cannot be: %j', async (result, message) => {
    const study = new Study('checked', pipeline);
    if (!(await pipeline.store.studies.exists('checked'))) await studyOf('checked');
    const report = study.report('relu(x)', result as OutsideResult);
    await expect(report).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(message) });
    expect(await pipeline.store.runs.count('checked')).toBe(0);
  });

  it('needs the loss, and no accuracy, in a study that minimises the loss', async () => {
    const study = await studyOf('losses', 'valLoss');
    await expect(study.report('relu(x)', { valAcc: 0.9 })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(
        /minimises the validation loss.*give valLoss \(--val-loss\); of a training that diverged it is NaN$/,
      ),
    });
    await study.report('relu(x)', { valLoss: 3.7 });
    await study.report('tanh(x)', { valLoss: Number.NaN });
    await study.report('erf(x)', { valLoss: 2.5, seed: 9 });
    expect((await study.best()).map(({ fn, valLoss, valAcc }) => [fn, valLoss, valAcc])).toEqual([
      ['erf(x)', 2.5, null],
      ['relu(x)', 3.7, null],
      ['tanh(x)', null, null],
    ]);
    await expect(study.report('erf(x)', { valLoss: 1, seed: 9 })).rejects.toThrow(
      /seed 9 .*\(validation loss 2.5\), which stays/,
    );
  });

  it('that is wrong is corrected, and the run keeps what it said before', async () => {
    const study = await studyOf('corrected');
    await study.report('relu(x)', { valAcc: 0.5, testAcc: 0.4 });
    await study.report('relu(x)', { valAcc: 0.7, seed: 2 });
    await expect(study.report('relu(x)', { valAcc: 0.9 })).rejects.toMatchObject({ code: 'RESULT_EXISTS' });
    await study.report('relu(x)', { valAcc: 0.9 }, { replace: true });
    expect((await study.best())[0]).toMatchObject({ valAcc: expect.closeTo(0.8), runs: 2, testAcc: null });
    const [run] = await pipeline.store.runs.of('corrected', hashOf('relu(x)'));
    expect(run).toMatchObject({
      result: { valAcc: 0.9, testAcc: null },
      replaced: [
        {
          result: { valAcc: 0.5, testAcc: 0.4 },
          worker: 'outside',
          finishedAt: expect.any(Date),
          replacedAt: expect.any(Date),
        },
      ],
    });
    // The same correction again changes nothing.
    await study.report('relu(x)', { valAcc: 0.9 }, { replace: true });
    expect((await pipeline.store.runs.of('corrected', hashOf('relu(x)')))[0]).toEqual(run);
    // A further run joins the corrected ones.
    await study.report('relu(x)', { valAcc: 0.2, seed: 3 });
    expect((await study.best())[0]).toMatchObject({ valAcc: expect.closeTo(0.6), runs: 3 });
  });

  it('is not corrected where there is none', async () => {
    const study = await studyOf('missing');
    await study.report('relu(x)', { valAcc: 0.5 });
    await expect(study.report('relu(x)', { valAcc: 0.6, seed: 7 }, { replace: true })).rejects.toMatchObject({
      code: 'RESULT_NOT_FOUND',
      message: expect.stringContaining('it has those with seed 1'),
    });
    expect(await pipeline.store.runs.count('missing')).toBe(1);
  });

  it('of many corrections at once the mean is that of the runs, and none is lost from the record', async () => {
    const study = await studyOf('races');
    for (let seed = 0; seed < 4; seed++) await study.report('relu(x)', { valAcc: 0.5, seed });
    const correct = (i: number) => study.report('relu(x)', { valAcc: i / 100, seed: i % 4 }, { replace: true });
    await Promise.all(Array.from({ length: 24 }, (_, i) => correct(i)));
    const runs = await pipeline.store.runs.of('races', hashOf('relu(x)'));
    expect(runs.flatMap(({ replaced = [] }) => replaced)).toHaveLength(24);
    const mean = runs.reduce((sum, { result }) => sum + result.valAcc!, 0) / 4;
    expect((await study.best())[0]).toMatchObject({ valAcc: expect.closeTo(mean, 12), runs: 4 });
  });
});

describe('a claim from outside', () => {
  it('is kept for longer, handed back, or said to have failed, by function and token', async () => {
    const study = await studyOf('claims');
    const claim = await study.claim(1000);
    const { fn, lease } = claim;
    expect(await study.extend(claim, 3_600_000)).toBe(true);
    expect(await study.extend({ fn, token: 'of another' })).toBe(false);
    expect(await study.release({ fn, token: lease.token })).toBe(true);
    expect(await study.release(claim)).toBe(false);
    expect(await pipeline.store.trials.get('claims', claim.hash)).toMatchObject({ status: 'waiting', attempts: 0 });
    const outcomes: unknown[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      const slot = { number: 1, owner: 'outside', leaseMs: 60_000, fn };
      const taken = await pipeline.store.leases.claim('claims', claim.hash, slot);
      if (taken.outcome !== 'claimed') throw new Error(taken.outcome);
      outcomes.push(await study.fail({ hash: claim.hash, token: taken.lease.token }, 'out of memory\nat line 3'));
    }
    expect(outcomes).toEqual(['waiting', 'waiting', 'failed']);
    expect(await pipeline.store.trials.failed('claims', 5)).toEqual([{ hash: claim.hash, error: 'out of memory' }]);
  });

  it('that is lost says what the late report can do', async () => {
    const study = await studyOf('late');
    const { fn, hash, lease } = await study.claim(60_000);
    await study.release({ fn, token: lease.token });
    const late = (result: OutsideResult) => study.report(fn, result, lease.token);
    await expect(late({ valAcc: 0.5 })).rejects.toMatchObject({
      code: 'LEASE_LOST',
      message: expect.stringMatching(/nobody trains it now, so the same report without the token is stored$/),
    });
    const other = await pipeline.store.leases.claim('late', hash, {
      number: 1,
      owner: 'worker-2',
      leaseMs: 60_000,
      fn,
    });
    await expect(late({ valAcc: 0.5 })).rejects.toThrow(/worker-2 trains it now$/);
    if (other.outcome === 'claimed') await study.report(fn, { valAcc: 0.7 }, other.lease.token);
    await expect(late({ valAcc: 0.5 })).rejects.toThrow(
      /it has a result now: report this one without the token, with a seed/,
    );
    await study.report(fn, { valAcc: 0.5, seed: 4 });
    expect((await study.best())[0]).toMatchObject({ runs: 2 });
  });
});

describe('the summary', () => {
  it("names the study's metric", async () => {
    const study = await studyOf('named', 'valLoss');
    await study.report('relu(x)', { valLoss: 3.7 });
    expect(summaryText(await study.summary())).toContain('Best so far: relu(x) with validation loss 3.7000');
  });
});
