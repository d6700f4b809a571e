import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPipeline } from '../../src/open-pipeline.js';
import { openStudy } from '../../src/open-study.js';
import { Study } from '../../src/study.js';
import { newStudy } from '../store/test-store.js';
import { testServices } from '../support/services.js';

const HOSTILE: unknown[] = [
  ...[{ $gt: '' }, { $ne: null }, ['own'], [{ $gt: '' }], 5, -1, 0.5, Number.NaN, 10n, true, null, ''],
  ...[Symbol('own'), () => 'own', new Date(), /./, 'x'.repeat(100_000), 'own\0', 'a b', Object.create(null)],
  ...[{ toString: () => 'own' }, new Proxy({}, { get: () => 'own' })],
];

const services = testServices();
let pipeline: Awaited<ReturnType<typeof openPipeline>>;
let study: Study;
beforeAll(async () => {
  pipeline = await openPipeline(services);
  await pipeline.store.studies.create(newStudy('own', { spaces: [], baselines: [] }));
  study = new Study('own', pipeline);
});
afterAll(async () => {
  await pipeline.close();
  await services.drop();
});

const refused = async (ask: () => unknown): Promise<string> => {
  try {
    await ask();
    return 'it was taken';
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    const isClear =
      /^(USAGE|EXPRESSION_INVALID|FEATURES_INVALID|TABLE_INVALID)$/.test(code ?? '') && !message.includes('\n');
    return isClear ? 'refused' : `${name} ${code}: ${message}`;
  }
};

describe('whatever a caller gives in the place of', () => {
  it('the name of a study opens none', async () => {
    const open = (name: unknown) => openStudy(name as string, services);
    expect(await Promise.all(HOSTILE.map((name) => refused(() => open(name))))).toEqual(HOSTILE.map(() => 'refused'));
    expect(await refused(() => new Study({ $gt: '' } as never, pipeline))).toBe('refused');
  });

  it('a name, a token, a number or options of a verb is one clear line, and changes nothing', async () => {
    const verbs: Record<string, (value: never) => unknown> = {
      populate: (value) => study.populate(value),
      'populate functions': (value) => study.populate({ functions: value }),
      'populate a function': (value) => study.populate({ functions: [value] }),
      'populate a schema': (value) => study.populate({ schemas: [value] }),
      'populate operators': (value) => study.populate({ schemas: ['unary(x)'], operators: value }),
      fisher: (value) => study.fisher(value),
      'fisher limit': (value) => study.fisher({ limit: value }),
      'fisher functions': (value) => study.fisher({ functions: [value] }),
      train: (value) => study.train(value),
      'train functions': (value) => study.train({ functions: [value] }),
      'train seeds': (value) => study.train({ seeds: value }),
      'retrain top': (value) => study.retrain({ top: value, count: 1 }),
      search: (value) => study.search(value),
      'search trials': (value) => study.search({ trials: value }),
      'search parallel': (value) => study.search({ trials: 1, parallel: value }),
      'search hours': (value) => study.search({ trials: 1, hours: value }),
      suggest: (value) => study.suggest(value),
      'suggest regressor': (value) => study.suggest({ regressor: value }),
      'claim leaseMs': (value) => study.claim(value),
      extend: (value) => study.extend(value),
      'extend hash': (value) => study.extend({ hash: value, token: 'mine' }),
      'extend token': (value) => study.extend({ fn: 'relu(x)', token: value }),
      'extend lease': (value) => study.extend({ fn: 'relu(x)', lease: { token: value } }),
      'extend leaseMs': (value) => study.extend({ fn: 'relu(x)', token: 'mine' }, value),
      release: (value) => study.release(value),
      'fail reason': (value) => study.fail({ fn: 'relu(x)', token: 'mine' }, value),
      'report function': (value) => study.report(value, { valAcc: 0.5 }),
      'report result': (value) => study.report('relu(x)', value),
      'report accuracy': (value) => study.report('relu(x)', { valAcc: value }),
      'report seed': (value) => study.report('relu(x)', { valAcc: 0.5, seed: value }),
      'report token': (value) => study.report('relu(x)', { valAcc: 0.5 }, { token: value }),
      'report options': (value) => study.report('relu(x)', { valAcc: 0.5 }, value),
      'uploadFisher function': (value) => study.uploadFisher(value, [[0, 1]]),
      uploadFisher: (value) => study.uploadFisher('relu(x)', value),
      'uploadFisher layer': (value) => study.uploadFisher('relu(x)', [value]),
      best: (value) => study.best(value),
      importResults: (value) => study.importResults(value),
      'importResults entry': (value) => study.importResults([value]),
      'importResults options': (value) => study.importResults([], value),
      exportTable: (value) => study.exportTable(value),
    };
    const taken: string[] = [];
    for (const [verb, ask] of Object.entries(verbs)) {
      for (const [i, value] of HOSTILE.entries()) {
        // A few are what some verbs take.
        if (fits(verb, value)) continue;
        const answer = await refused(() => ask(value as never));
        if (answer !== 'refused') taken.push(`${verb}, value ${i}: ${answer}`);
      }
    }
    expect(taken).toEqual([]);
    expect(await pipeline.store.studies.get('own')).toMatchObject({ spaces: [], search: { state: 'none' } });
  });
});

/** Values that make sense there, or mean what they say: an unknown token is that of a lost lease. */
function fits(verb: string, value: unknown): boolean {
  if (value === 5) return /limit|seeds?$|top|trials|parallel|hours|leaseMs|best/.test(verb);
  if (value === 0.5) return /hours|accuracy/.test(verb);
  const empty = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
  const takesOptions = /^(populate|fisher|train|suggest|report options|importResults options|exportTable)$/.test(verb);
  if (empty && takesOptions) return true;
  return (value === '' || value === 'a b') && /token|reason|lease$|report options/.test(verb);
}
