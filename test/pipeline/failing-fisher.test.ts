import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageDir } from '../../src/config.js';
import type { Supervisor } from '../../src/consumers/supervisor.js';
import type { TrialDoc } from '../../src/store/documents.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const TASK = { name: 'failing-fisher', file: join(packageDir, 'test/support/failing-fisher-task.ts') };

describe('functions whose Fisher features fail', () => {
  const services = testServices();
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-'));
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
    rmSync(folder, { recursive: true });
  });

  /** How often the network of each function was built, since the last look. */
  let looked = 0;
  function attempts(): Record<string, number> {
    const lines = readFileSync(join(folder, 'attempts'), 'utf8').trim().split('\n');
    const counts: Record<string, number> = {};
    for (const fn of lines.slice(looked)) counts[fn] = (counts[fn] ?? 0) + 1;
    looked = lines.length;
    return counts;
  }

  async function outcomes(): Promise<Record<string, { state: string; reason: string | undefined }>> {
    const { client, database } = run.pipeline.store;
    const trials = await client.db(database).collection<TrialDoc>('trials').find({ study: run.name }).toArray();
    return Object.fromEntries(trials.map(({ fn, fisher: { state, reason } }) => [fn!, { state, reason }]));
  }

  it('are tried three times and are failed with their reason; one that works at last is defined', async () => {
    await run.study.fisher({ limit: 0 });
    await until('no features are owed', async () => (await run.study.progress()).fisher.complete, 120_000);
    const { 'tanh(x)': killing, 'selu(x)': throwing, ...others } = await outcomes();
    expect(killing).toEqual({ state: 'failed', reason: 'the compute process ended (SIGKILL)' });
    expect(throwing).toEqual({ state: 'failed', reason: 'no network with selu(x)' });
    expect(Object.keys(others)).toEqual(expect.arrayContaining(['relu(x)', 'elu(x)', 'swish(x)']));
    for (const fn of Object.keys(others)) expect(others[fn], fn).toEqual({ state: 'defined' });

    const tried = attempts();
    expect(tried).toMatchObject({ 'tanh(x)': 3, 'selu(x)': 3, 'elu(x)': 2, 'swish(x)': 2 });
    // Those that the process had at hand when it died are not blamed for that, nor computed twice.
    for (const fn of Object.keys(others)) expect(tried[fn], fn).toBe(fn === 'elu(x)' || fn === 'swish(x)' ? 2 : 1);
  }, 150_000);

  it('are tried as often again when a person asks for them again', async () => {
    await run.study.fisher({ limit: 0 });
    await until('no features are owed', async () => (await run.study.progress()).fisher.complete, 120_000);
    expect(attempts()).toEqual({ 'tanh(x)': 3, 'selu(x)': 3 });
    expect((await run.study.progress()).fisher).toMatchObject({ failed: 2, owed: 0 });
  }, 150_000);
});
