import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rankOf } from '../../src/domain/expression/rank.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import { openPipeline } from '../../src/open-pipeline.js';
import { openStudy } from '../../src/open-study.js';
import { Study } from '../../src/study.js';
import { batchOf, newStudy, settings } from '../store/test-store.js';
import { testServices } from '../support/services.js';

const services = testServices();
let pipeline: Awaited<ReturnType<typeof openPipeline>>;
beforeAll(async () => {
  pipeline = await openPipeline(services);
  const functions = ['relu(x)', 'tanh(x)'].map((name) => ({
    name,
    hash: hashOf(name),
    rank: rankOf(name, 1),
    usable: true,
  }));
  await pipeline.store.functions.storeRange('list-0123456789ab', batchOf(functions));
});
afterAll(async () => {
  await pipeline.close();
  await services.drop();
});
const hashOf = (fn: string) => canonicalHash(outputFeatures(fn));

async function studyOf(name: string): Promise<Study> {
  await pipeline.store.studies.create(newStudy(name, { spaces: ['list-0123456789ab'], baselines: [] }));
  for (const fn of ['relu(x)', 'tanh(x)'])
    await pipeline.store.fisher.put(name, hashOf(fn), Uint16Array.of(0, 65_535), settings);
  return new Study(name, pipeline);
}

describe('waiting in the library', () => {
  it('gives progress whenever it got further, and ends with the work', async () => {
    const study = await studyOf('watched');
    await study.search({ trials: 2 });
    const seen: number[] = [];
    for await (const { trials } of study.watch({ stages: 'search' })) {
      seen.push(trials.done);
      // Somebody trains, one function at each look.
      if (trials.done < 2) await study.report(trials.done === 0 ? 'relu(x)' : 'tanh(x)', { valAcc: 0.5 });
    }
    expect(seen.slice(0, 3)).toEqual([0, 1, 2]);
    expect((await study.wait('search')).search).toMatchObject({ state: 'finished', complete: true });
  });

  it('ends when it is told to; the work goes on', async () => {
    const study = await studyOf('aborted');
    const stop = new AbortController();
    const waiting = study.search({ trials: 1, wait: true, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 300);
    await expect(waiting).rejects.toThrow('enough');
    expect((await study.info()).search.state).toBe('running');
    await expect(study.wait('serch' as never)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('a study that was closed', () => {
  it('says so, whatever is asked of it, and may be closed twice', async () => {
    await studyOf('closed');
    const study = await openStudy('closed', { redisUrl: services.redisUrl, mongodbUri: services.mongodbUri });
    expect((await study.summary()).functions).toBe(2);
    await Promise.all([study.close(), study.close()]);
    await study.close();
    const asked = [
      () => study.info(),
      () => study.populate(),
      () => study.fisher(),
      () => study.search({ trials: 1 }),
      () => study.pause(),
      () => study.suggest(),
      () => study.claim(),
      () => study.extend({ fn: 'relu(x)', token: 'mine' }),
      () => study.report('relu(x)', { valAcc: 0.5 }),
      () => study.best(),
      () => study.summary(),
      () => study.progress(),
      () => study.wait(),
      () => study.exportTable(),
      () => study.importResults([]),
      () => study.uploadFisher('relu(x)', [[0, 1]]),
      () => study.clean(),
      () => study.delete(),
    ];
    for (const ask of asked) {
      await expect(ask(), String(ask)).rejects.toMatchObject({
        code: 'CLOSED',
        message: 'study closed was closed: open it again with openStudy',
      });
    }
  });

  it('says so of what is under way when it is closed', async () => {
    await studyOf('closing');
    const study = await openStudy('closing', { redisUrl: services.redisUrl, mongodbUri: services.mongodbUri });
    await study.search({ trials: 1 });
    const watched = (async () => {
      for await (const _ of study.watch({ stages: 'search' }));
    })();
    const underWay = [
      watched,
      study.wait('search'),
      study.info(),
      study.best(),
      study.summary(),
      study.progress(),
      study.claim(),
      study.report('relu(x)', { valAcc: 0.5 }),
    ];
    const ended = Promise.allSettled(underWay);
    await study.close();
    const codes = (await ended).map((end) => (end.status === 'rejected' ? end.reason.code : 'done'));
    expect(codes.filter((code) => code !== 'CLOSED' && code !== 'done')).toEqual([]);
    expect(codes.slice(0, 2)).toEqual(['CLOSED', 'CLOSED']);
    expect(study.closed).toBe(true);
  });
});
