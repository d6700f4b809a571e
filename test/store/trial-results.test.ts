import { describe, expect, test } from 'vitest';
import { rankOf } from '../../src/domain/expression/rank.js';
import { addTrials, batchOf, claimed, hashOf, newStudy, run, useStore } from './test-store.js';

const store = useStore();
const collection = (name: string) => store().client.db(store().database).collection<{ _id: string }>(name);

describe('a report', () => {
  test('makes the trial done with the result of its run', async () => {
    const [hash = ''] = await addTrials(store(), 'report', 0, 1);
    const result = await store().results.report('report', hash, await claimed(store(), 'report', hash, 1), run(0.75));
    expect(result).toEqual({ ...run(0.75).result, runs: 1, stderr: null, lossStderr: null });
    const trial = await store().trials.get('report', hash);
    expect(trial).toMatchObject({ status: 'done', number: 1, lease: null, error: null, result });
    expect(trial?.timings.finishedAt).toBeInstanceOf(Date);
    expect(await store().runs.get('report', hash, 0)).toMatchObject({
      seed: 0,
      worker: 'worker-1',
      history: run(0.75).history,
    });
  });

  test('that comes again, or several times at once, changes nothing', async () => {
    const [hash = ''] = await addTrials(store(), 'twice', 0, 1);
    const token = await claimed(store(), 'twice', hash, 1);
    const results = await Promise.all([1, 2, 3, 4].map(() => store().results.report('twice', hash, token, run(0.5))));
    const before = await store().trials.get('twice', hash);
    expect(await store().results.report('twice', hash, token, run(0.5))).toEqual(results[0]);
    expect(await store().trials.get('twice', hash)).toEqual(before);
    expect(await store().runs.of('twice', hash)).toHaveLength(1);
  });

  test('without the present token is refused and stores nothing', async () => {
    const [hash = ''] = await addTrials(store(), 'token', 0, 1);
    await claimed(store(), 'token', hash, 1);
    await expect(store().results.report('token', hash, 'another', run(1))).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    await expect(store().results.report('token', hashOf(9), 'any', run(1))).rejects.toMatchObject({
      code: 'LEASE_LOST',
      message: expect.stringContaining('the same report without the token is stored'),
    });
    expect(await store().runs.of('token', hash)).toEqual([]);
  });

  test('of a diverged run stores null for what is not a number', async () => {
    const [hash = ''] = await addTrials(store(), 'diverged', 0, 1);
    const report = { ...run(0.1, { valLoss: Number.NaN }), history: [{ loss: Number.NaN, valLoss: Infinity }] };
    await store().results.report('diverged', hash, await claimed(store(), 'diverged', hash, 1), report);
    expect((await store().trials.get('diverged', hash))?.result).toMatchObject({ valAcc: 0.1, valLoss: null });
    expect((await store().runs.get('diverged', hash, 0))?.history).toEqual([{ loss: null, valLoss: null }]);
  });

  test('whose worker died between run and trial is completed by the next attempt, and the stored run counts', async () => {
    const [hash = ''] = await addTrials(store(), 'crash', 0, 1);
    const token = await claimed(store(), 'crash', hash, 1, 200);
    // What is in the database after a crash at that point.
    await store().results.report('crash', hash, token, run(0.6));
    await collection('trials').updateOne(
      { _id: `crash:${hash}` },
      {
        $set: {
          status: 'running',
          result: null,
          doneBy: null,
          lease: { owner: 'dead', token, expiresAt: new Date(0) },
        },
      },
    );
    expect(await store().runs.get('crash', hash, 0)).not.toBeNull();
    expect(await store().leases.expire('crash')).toBe(1);
    const second = await claimed(store(), 'crash', hash, 1);
    expect(await store().results.report('crash', hash, second, run(0.9))).toMatchObject({ valAcc: 0.6, runs: 1 });
    expect(await store().trials.statusCounts('crash')).toMatchObject({ done: 1, running: 0 });
  });

  test('that loses its lease while it is stored leaves no run behind', async () => {
    const [hash = ''] = await addTrials(store(), 'between', 0, 1);
    const token = await claimed(store(), 'between', hash, 1);
    const reports = Promise.allSettled(
      Array.from({ length: 5 }, () => store().results.report('between', hash, token, run(0.6))),
    );
    await Promise.all([reports, store().trials.clean('between')]);
    const trial = await store().trials.get('between', hash);
    // Either the report was first and was forgotten, or it was refused.
    expect(trial).toMatchObject({ status: 'waiting', result: null });
    expect(await store().runs.of('between', hash)).toEqual([]);
  });
});

describe('a result from outside', () => {
  const relu = 'relu(x)';

  test('makes a function of the study done with the lowest free number', async () => {
    await store().studies.create(newStudy('outside'));
    const record = { name: relu, hash: hashOf(50), rank: rankOf(relu, 1), usable: true };
    await store().functions.storeRange('schema-0123456789ab', batchOf([record]));
    const [other = ''] = await addTrials(store(), 'outside', 0, 1);
    await claimed(store(), 'outside', other, 1);
    await store().results.reportOutside('outside', hashOf(50), relu, run(0.8));
    expect(await store().trials.get('outside', hashOf(50))).toMatchObject({
      status: 'done',
      number: 2,
      fn: relu,
      doneBy: null,
    });
    await expect(store().results.reportOutside('outside', hashOf(51), 'erf(x)', run(0.8))).rejects.toMatchObject({
      code: 'FUNCTION_NOT_IN_STUDY',
    });
  });

  test('for a trial that a worker holds is refused', async () => {
    const [hash = ''] = await addTrials(store(), 'held', 0, 1);
    await claimed(store(), 'held', hash, 1);
    await expect(store().results.reportOutside('held', hash, relu, run(0.8))).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect(await store().runs.of('held', hash)).toEqual([]);
  });

  test('for one that is done adds a run of another seed: mean, standard error and count', async () => {
    const [hash = ''] = await addTrials(store(), 'seeds', 0, 1);
    const accuracies = [0.5, 0.7, 0.9, 0.7];
    await Promise.all(
      accuracies.map((valAcc, seed) => store().results.reportOutside('seeds', hash, relu, run(valAcc, { seed }))),
    );
    await store().results.reportOutside('seeds', hash, relu, run(0.1, { seed: 0 }));
    const result = (await store().trials.get('seeds', hash))?.result;
    expect(result?.runs).toBe(4);
    expect(result?.valAcc).toBeCloseTo(0.7, 12);
    // Sample variance (0.04 + 0 + 0.04 + 0) / 3.
    expect(result?.stderr).toBeCloseTo(Math.sqrt(0.08 / 3 / 4), 12);
    expect(await store().trials.takenNumbers('seeds')).toEqual([1]);
  });

  test('leaves out what a run has no number for', async () => {
    const [hash = ''] = await addTrials(store(), 'holes', 0, 1);
    await store().results.reportOutside('holes', hash, relu, run(0.5, { seed: 0, valLoss: 2 }));
    await store().results.reportOutside('holes', hash, relu, run(0.5, { seed: 1, valLoss: Number.NaN }));
    expect((await store().trials.get('holes', hash))?.result).toMatchObject({ valLoss: 2, runs: 2, stderr: 0 });
  });

  test('several at once get different numbers', async () => {
    const hashes = await addTrials(store(), 'many', 0, 8);
    await Promise.all(hashes.map((hash, i) => store().results.reportOutside('many', hash, `f${i}(x)`, run(i / 10))));
    expect(await store().trials.takenNumbers('many')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

test('the best come first in either direction, without a number last, equal ones in the order of their numbers', async () => {
  const hashes = await addTrials(store(), 'best', 0, 5);
  const reports = [
    run(0.5, { valLoss: 3 }),
    run(0.9, { valLoss: Number.NaN }),
    run(0.7, { valLoss: 1 }),
    run(0.9, { valLoss: 2 }),
  ];
  for (const [i, report] of reports.entries()) {
    const hash = hashes[i] ?? '';
    await store().results.report('best', hash, await claimed(store(), 'best', hash, 10 - i), report);
  }
  const best = async (...args: [number, 'valAcc' | 'valLoss', 'max' | 'min']) =>
    (await store().trials.best('best', ...args)).map(({ number }) => number);
  expect(await best(9, 'valAcc', 'max')).toEqual([7, 9, 8, 10]);
  expect(await best(2, 'valAcc', 'max')).toEqual([7, 9]);
  expect(await best(9, 'valLoss', 'min')).toEqual([8, 7, 10, 9]);
  expect(await best(9, 'valLoss', 'max')).toEqual([10, 7, 8, 9]);
  expect((await store().trials.finished('best')).map(({ number }) => number)).toEqual([7, 8, 9, 10]);
});

describe('cleaning', () => {
  /** A study with a trial in every state: hash 0 waiting, 1 running, 2 done, 3 failed, 4 done without an accuracy. */
  async function everyState(study: string): Promise<string[]> {
    const hashes = await addTrials(store(), study, 0, 5);
    await store().trials.fixExpression(study, hashOf(2), 'relu(x)');
    const token = await claimed(store(), study, hashOf(1), 1);
    await store().results.report(study, hashOf(2), await claimed(store(), study, hashOf(2), 2), run(0.5));
    for (let attempt = 0; attempt < 3; attempt++) {
      await store().leases.fail(study, hashOf(3), await claimed(store(), study, hashOf(3), 3), 'no');
    }
    await store().results.report(study, hashOf(4), await claimed(store(), study, hashOf(4), 4), run(Number.NaN));
    return [token, ...hashes];
  }

  test('forgets results and runs, and keeps Fisher features and expressions', async () => {
    const [token = ''] = await everyState('clean');
    expect(await store().trials.clean('clean')).toBe(4);
    expect(await store().trials.statusCounts('clean')).toEqual({ waiting: 5, running: 0, done: 0, failed: 0 });
    expect((await store().trials.candidates('clean')).map(({ fn }) => fn)).toEqual([
      null,
      'f(x)',
      'relu(x)',
      'f(x)',
      'f(x)',
    ]);
    expect(await store().runs.of('clean', hashOf(2))).toEqual([]);
    expect(await store().trials.get('clean', hashOf(3))).toMatchObject({ attempts: 0, error: null, number: null });
    await expect(store().results.report('clean', hashOf(1), token, run(1))).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect(await store().trials.clean('clean')).toBe(0);
  });

  test('softly resets only what has no validation accuracy', async () => {
    await everyState('soft');
    expect(await store().trials.softClean('soft')).toBe(3);
    expect(await store().trials.statusCounts('soft')).toEqual({ waiting: 4, running: 0, done: 1, failed: 0 });
    expect(await store().trials.get('soft', hashOf(2))).toMatchObject({ status: 'done', result: { valAcc: 0.5 } });
    expect(await store().runs.of('soft', hashOf(2))).toHaveLength(1);
    expect(await store().runs.of('soft', hashOf(4))).toEqual([]);
  });

  test('leaves other studies alone', async () => {
    await everyState('left');
    await everyState('alone');
    await store().trials.clean('left');
    expect(await store().trials.statusCounts('alone')).toEqual({ waiting: 1, running: 1, done: 2, failed: 1 });
    expect(await store().runs.of('alone', hashOf(2))).toHaveLength(1);
  });
});
