import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageDir } from '../../src/config.js';
import type { Supervisor } from '../../src/consumers/supervisor.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';
import { useCli } from './run-cli.js';

const TASK = { name: 'unloadable-spirals', file: join(packageDir, 'test/support/unloadable-task.ts') };
const services = testServices();
const cli = useCli({ REDIS_URL: services.redisUrl, MONGODB_URI: services.mongodbUri });
const folder = mkdtempSync(join(tmpdir(), 'aquasurf-'));
const noData = join(folder, 'no-data');

describe('a command that waits', () => {
  let run: Awaited<ReturnType<typeof spiralsStudy>>;
  let consumers: Supervisor;

  beforeAll(async () => {
    process.env.FAULTS_FOLDER = folder;
    run = await spiralsStudy(services, { space: ['unary(x)'], task: TASK });
    consumers = startConsumers(services, 1, TASK.file);
    await run.study.populate();
    await until('the space is populated', async () => (await run.study.progress()).populate.complete);
  });

  afterAll(async () => {
    await consumers.stop();
    await run.pipeline.close();
    await services.drop();
    rmSync(folder, { recursive: true });
  });

  it('for features of which some failed exits with 1, with their number and each reason once', async () => {
    const { code, stdout, stderr } = await cli.run('fisher', run.name, '--fn', 'selu(x)', '--wait', '--json');
    expect({ code, result: JSON.parse(stdout) }).toMatchObject({ code: 1, result: { failed: 1, owed: 0 } });
    expect(stderr).toMatch(
      /\naquasurf: 1 of the functions failed: no network with selu\(x\); mend the cause [^\n]*\n$/,
    );
  });

  it('for features that others failed to get before, and for its own that are there, exits with 0', async () => {
    const args = ['--fn', 'relu(x)', '--fn', 'tanh(x)', '--fn', 'elu(x)'];
    const { code, stdout } = await cli.run('fisher', run.name, ...args, '--wait', '--json');
    expect({ code, result: JSON.parse(stdout) }).toMatchObject({ code: 0, result: { failed: 1, defined: 3 } });
  });

  it('for trainings of which some failed exits with 1', async () => {
    const { code, stdout, stderr } = await cli.run('train', run.name, '--fn', 'tanh(x)', '--wait', '--json');
    expect({ code, result: JSON.parse(stdout) }).toMatchObject({ code: 1, result: { failed: 1, owed: 0 } });
    expect(stderr).toMatch(/\naquasurf: 1 of the trainings failed: no training with tanh\(x\); mend/);
  });

  it('for a search names who has claimed a function by hand, and goes on when it is reported', async () => {
    const claim = JSON.parse((await cli.run('suggest', run.name, '--claim', '--json')).stdout);
    const search = cli.start('search', run.name, '--trials', '1', '--wait');
    const said = await search.says('waiting for trial 1');
    expect(said).toMatch(/waiting for trial 1, \w+\(x\): outside-\S+ has claimed it until \d{4}-\d\d-\d\dT/);
    const show = await cli.run('study', 'show', run.name);
    expect(show.stdout).toMatch(/^running +trial 1, \w+\(x\): outside-\S+, since \d+ s, lease until/m);
    await cli.run('report', run.name, claim.fn, '--val-acc', '0.5', '--token', claim.lease.token);
    expect(await search.ended).toMatchObject({ code: 0 });
  });

  it('for a search that has nothing left to train exits with 1: how many trials are done, and why', async () => {
    const { code, stderr } = await cli.run('search', run.name, '--trials', '9', '--wait');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\naquasurf: study \S+: 2 of 9 trials are done: no function is left to suggest; 1 of the functions failed: no training with tanh\(x\)\n$/,
    );
  });

  it('exits with 0 where a limit of its own ended the search', async () => {
    await run.study.fisher({ functions: ['softplus(x)', 'sigmoid(x)'] });
    await until('features are there', async () => (await run.study.progress()).embedding.complete);
    const { code } = await cli.run('search', run.name, '--trials', '9', '--hours', '0.000001', '--wait');
    expect(code).toBe(0);
  });

  it('for a search whose data no worker can load is told why, and so is study show; after a minute the search ends', async () => {
    await consumers.stop();
    writeFileSync(noData, '');
    consumers = startConsumers(services, 1, TASK.file);
    const search = cli.start('search', run.name, '--trials', '9', '--wait');
    const { store } = run.pipeline;
    await until('it has failed often', async () => {
      return ((await store.failures.get(run.name, 'training'))?.count ?? 0) >= 10;
    });
    const show = await cli.run('study', 'show', run.name);
    expect(show.stdout).toMatch(
      /^does not work +training jobs: .*the disk with the data is away \(attempt \d+ of 1 worker, at /m,
    );
    const failures = store.client.db(store.database).collection('failures');
    await failures.updateOne({ of: run.name }, [
      { $set: { first: { $dateSubtract: { startDate: '$first', unit: 'minute', amount: 1 } } } },
    ]);
    const { code, stderr } = await search.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /2 of 9 trials are done: no worker can train, \d+ attempts failed: .*the disk with the data is away\n$/,
    );
    expect((await run.study.progress()).search).toMatchObject({ state: 'finished' });
  });

  it('goes on when the data can be loaded again', async () => {
    rmSync(noData);
    const { code } = await cli.run('search', run.name, '--trials', '3', '--wait');
    expect(code).toBe(0);
    expect(await run.pipeline.store.failures.all([run.name])).toEqual([]);
  });
});
