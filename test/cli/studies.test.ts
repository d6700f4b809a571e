import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rankOf } from '../../src/domain/expression/rank.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { isUsable, outputFeatures } from '../../src/domain/features/output-features.js';
import { openStore, type Store } from '../../src/store/store.js';
import { batchOf } from '../store/test-store.js';
import { testServices } from '../support/services.js';
import { useCli } from './run-cli.js';

const services = testServices();
const cli = useCli({ REDIS_URL: services.redisUrl, MONGODB_URI: services.mongodbUri });
const CREATE = [
  'study',
  'create',
  'digits',
  '--task',
  'fashion-mnist/small-cnn',
  '--space',
  'unary(x)',
  'max(x,tanh(x))',
];

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await cli.run(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  return JSON.parse(stdout);
};

async function withStore(work: (store: Store) => Promise<unknown>): Promise<void> {
  const store = await openStore({ uri: services.mongodbUri });
  await work(store).finally(() => store.close());
}

afterAll(() => services.drop());

describe('a study on the command line', () => {
  it('is created with its spaces and settings, and told as JSON alone on stdout', async () => {
    const study = await json(...CREATE, '--metric', 'valLoss', '--seed', '7');
    expect(study).toMatchObject({
      name: 'digits',
      task: { name: 'fashion-mnist/small-cnn', sourceHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      operators: 'standard@1',
      metric: 'valLoss',
      direction: 'min',
      seed: 7,
    });
    expect(study.spaces.map(({ schema, size }: { schema?: string; size: string }) => [schema, size])).toEqual([
      [undefined, '8'],
      ['unary(x)', '27'],
      [undefined, '1'],
    ]);
  });

  it('is not created twice: exit code 1, one line, nothing changed', async () => {
    const { code, stdout, stderr } = await cli.run(...CREATE, '--seed', '8');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^aquasurf: study "digits" exists already[^\n]*\n$/);
    expect((await json('study', 'show', 'digits')).seed).toBe(7);
  });

  it('is listed', async () => {
    expect(await json('study', 'list')).toMatchObject([{ name: 'digits', metric: 'valLoss', done: 0, search: 'none' }]);
    const { stdout } = await cli.run('study', 'list');
    expect(stdout).toMatch(/^study +task +optimises[^\n]*\ndigits +fashion-mnist\/small-cnn +valLoss min +0 +0 +- /);
  });

  it('is listed beside one whose document is malformed, which is named', async () => {
    await withStore(async (store) => {
      const studies = store.client.db(store.database).collection<{ _id: string }>('studies');
      await studies.insertOne({ _id: 'broken' });
    });
    const { code, stdout, stderr } = await cli.run('study', 'list');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('\ndigits ') });
    expect(stderr).toMatch(/^left out: document "broken" of collection "studies" is malformed at field "task"/m);
    expect(await json('study', 'list')).toMatchObject([
      { name: 'digits' },
      { name: 'broken', error: expect.stringContaining('malformed') },
    ]);
    await withStore(async (store) => {
      const studies = store.client.db(store.database).collection<{ _id: string }>('studies');
      await studies.deleteOne({ _id: 'broken' });
    });
  });

  it('takes the preset of the paper as its space', async () => {
    const { spaces } = await json('study', 'create', 'paper', ...CREATE.slice(3, 5), '--space', 'standard');
    const sizes = spaces.map(({ size }: { size: string }) => Number(size));
    expect(sizes.reduce((sum: number, size: number) => sum + size, 0)).toBe(1_023_524);
  });

  it('is deleted, when agreed to', async () => {
    expect((await cli.run('study', 'delete', 'paper')).code).toBe(2);
    expect(await json('study', 'list')).toHaveLength(2);
    expect((await cli.run('study', 'delete', 'paper', '--yes')).code).toBe(0);
    expect(await json('study', 'list')).toHaveLength(1);
  });

  it('has no search that could be paused, resumed or stopped before one was begun', async () => {
    for (const verb of ['pause', 'resume', 'stop']) {
      const { code, stderr } = await cli.run(verb, 'digits');
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('study digits has no search yet') });
    }
  });

  it('must exist, and the error lists those that do', async () => {
    const commands = [
      ...[['study', 'show'], ['populate'], ['fisher'], ['suggest']],
      ['search', '--trials', '3'],
      ['clean', '--yes'],
    ];
    for (const args of commands) {
      const { code, stdout, stderr } = await cli.run(...args, 'nope');
      expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' });
      expect(stderr).toBe('aquasurf: no study "nope"; there is digits\n');
    }
  });
});

describe('training of your own', () => {
  const NAMES = ['relu(x)', 'tanh(x)', 'erf(x)', 'max(x,tanh(x))'];
  let store: Store;

  beforeAll(async () => {
    store = await openStore({ uri: services.mongodbUri });
    await cli.run('study', 'create', 'mine', ...CREATE.slice(3), '--metric', 'valAcc');
    await populated(store, 'mine', NAMES);
  });
  afterAll(() => store.close());

  it('begins with a suggestion, which claims nothing: a baseline', async () => {
    const { code, stdout } = await cli.run('suggest', 'mine');
    expect(code).toBe(0);
    expect(['relu(x)\n', 'tanh(x)\n']).toContain(stdout);
    expect((await json('summary', 'mine')).running).toBe(0);
  });

  it('claims a function, takes its result with the token, and refuses it with another', async () => {
    const claimed = await json('suggest', 'mine', '--claim');
    expect(claimed).toMatchObject({ number: 1, lease: { token: expect.any(String) } });
    expect((await json('summary', 'mine')).running).toBe(1);

    const late = await cli.run('report', 'mine', claimed.fn, '--val-acc', '0.5', '--token', 'other');
    expect({ code: late.code, stdout: late.stdout }).toEqual({ code: 1, stdout: '' });
    expect(late.stderr).toMatch(/^aquasurf: [^\n]+\n$/);

    const token = claimed.lease.token;
    const report = await json('report', 'mine', claimed.fn, '--val-acc', '0.8', '--test-acc', '0.79', '--token', token);
    expect(report).toMatchObject({ fn: claimed.fn, valAcc: 0.8, evaluated: 1, best: { fn: claimed.fn } });
    expect(await json('summary', 'mine')).toMatchObject({ evaluated: 1, running: 0, withEigenvalues: 4 });
  });

  it('takes results from outside, under any name of a function of the study', async () => {
    const outside = await json('report', 'mine', 'max( tanh(x), x )', '--val-acc', '0.9', '--val-loss', 'nan');
    expect(outside).toMatchObject({ valLoss: null, evaluated: 2 });
    const foreign = await cli.run('report', 'mine', 'cosh(cosh(x))', '--val-acc', '0.9');
    expect(foreign.code).toBe(1);
    expect(foreign.stderr).toContain('populate mine --fn "cosh(cosh(x))"');
  });

  it('lists the best, as a table and as JSON with every figure', async () => {
    const best = await json('best', 'mine');
    expect(best.map(({ valAcc }: { valAcc: number }) => valAcc)).toEqual([0.9, 0.8]);
    expect(best[0].fn).toBe('max(tanh(x),x)');
    expect(best[1]).toEqual({
      runs: 1,
      stderr: null,
      baseline: true,
      fn: expect.stringMatching(/^(relu|tanh)\(x\)$/),
      hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      ...{ valAcc: 0.8, valLoss: null, testAcc: 0.79, testLoss: null, trainAcc: null, trainLoss: null, runtime: null },
    });
    expect(await json('best', 'mine', '--top', '1')).toHaveLength(1);
    const { stdout, stderr } = await cli.run('best', 'mine');
    expect(stdout).toMatch(
      /^rank +function +val acc[^\n]*\n +1 +max\(.*\) +0\.9000 +one seed[^\n]*\n +2 +\S+ \(baseline\)/,
    );
    expect(stderr).toMatch(/^One seed each: .* `aquasurf best mine --top 2 --retrain 4 --wait`/);
  });

  it('sums up in the words of the original', async () => {
    const { stdout } = await cli.run('summary', 'mine');
    expect(stdout).toContain('Number of activation functions: 4\n');
    expect(stdout).toContain('Number of evaluated activation functions: 2\n');
    expect(stdout).toMatch(/Best so far: .* with validation accuracy 0\.9000\n$/);
  });

  it('forgets results, keeps features', async () => {
    expect((await cli.run('clean', 'mine')).code).toBe(2);
    expect(await json('best', 'mine')).toHaveLength(2);
    expect((await cli.run('clean', 'mine', '--yes')).code).toBe(0);
    expect(await json('best', 'mine')).toEqual([]);
    expect(await json('summary', 'mine')).toMatchObject({ evaluated: 0, withEigenvalues: 4 });
  });

  it('knows the aliases of a function', async () => {
    const report = await json('fn', 'max(x,zero(x))');
    expect(report).toMatchObject({ representative: 'relu(x)', aliases: [{ name: 'relu(x)' }], database: true });
  });

  it('searches, pauses, resumes and stops, and refuses what makes no sense', async () => {
    const idle = await cli.run('resume', 'mine');
    expect({ code: idle.code, stdout: idle.stdout }).toEqual({ code: 1, stdout: '' });
    const started = await cli.run('search', 'mine', '--trials', '3', '--parallel', '2', '--json');
    expect(JSON.parse(started.stdout)).toMatchObject({ state: 'running', trials: 3, done: 0 });
    expect(started.stderr).toContain('no worker takes training jobs');
    expect(await json('pause', 'mine')).toMatchObject({ state: 'paused' });
    expect(await json('resume', 'mine')).toMatchObject({ state: 'running' });
    expect(await json('stop', 'mine')).toMatchObject({ state: 'stopped' });
  });
});

/** What populate and fisher would leave in the database for these functions. */
async function populated(store: Store, study: string, names: readonly string[]): Promise<void> {
  const { spaces, fisher: settings } = await store.studies.get(study);
  const records = names.map((name) => {
    const outputs = outputFeatures(name);
    const operators = name.split('(').length - 1;
    return { name, hash: canonicalHash(outputs), rank: rankOf(name, operators), usable: isUsable(outputs) };
  });
  await store.functions.storeRange(spaces[0]!, batchOf(records));
  const batch = '0123456789ab';
  await store.fisher.owe(study, records, { batch, generation: 0, settings });
  for (const { hash } of records) {
    const features = new Uint16Array([1, 2, 65_535]);
    await store.fisher.record(study, hash, { batch }, { state: 'defined', features, settings, seconds: 1 });
  }
}
