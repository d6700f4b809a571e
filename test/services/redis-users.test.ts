import { Redis } from 'ioredis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { checkRedis } from '../../src/cli/doctor/redis-check.js';
import type { Config } from '../../src/config.js';
import { openPipeline } from '../../src/open-pipeline.js';
import { findServices } from '../../src/services/services.js';
import { useCli } from '../cli/run-cli.js';
import { testServices } from '../support/services.js';
import { foreignRedis } from './foreign-redis.js';
import { freshConfig } from './service-users.js';

/** A Redis that does what the commands say; gives the address of its user `worker`. */
async function redisAfter(commands: string[], user = 'worker:secret@'): Promise<string> {
  const port = await foreignRedis(['--enable-protected-configs', 'yes']);
  const admin = new Redis(port);
  try {
    for (const command of commands) {
      const [name = '', ...rest] = command.split(' ').map((word) => word.replace('_', ' '));
      await admin.call(name, ...rest);
    }
  } finally {
    admin.disconnect();
  }
  return `redis://${user}127.0.0.1:${port}`;
}

const ANYTHING = 'ACL SETUSER worker on >secret ~* &* +@all';
const config = (redisUrl: string, changes: Partial<Config> = {}) =>
  freshConfig({ redisUrl, mongodbUri: inject('mongodbUri'), ...changes });

async function find(redisUrl: string, changes: Partial<Config> = {}) {
  const notices: string[] = [];
  const services = await findServices(config(redisUrl, changes), {
    start: false,
    localhost: false,
    notify: (line) => notices.push(line),
  });
  onTestFinished(services.close);
  return { services, notices };
}

const policy = (name: string) => redisAfter([`CONFIG SET maxmemory-policy ${name}`], '');

describe('a Redis that may drop jobs', () => {
  it.each(['allkeys-lru', 'allkeys-random', 'volatile-lru', 'volatile-ttl'])('is refused: %s', async (name) => {
    await expect(find(await policy(name))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringMatching(`policy is ${name}; .*config set maxmemory-policy noeviction.*--allow-eviction`),
    });
  });

  it('is passed over on localhost, with a notice', async () => {
    const url = new URL(await policy('allkeys-lru'));
    const notices: string[] = [];
    const services = await findServices(freshConfig({ mongodbUri: inject('mongodbUri') }), {
      start: true,
      localhost: { redis: Number(url.port), mongodb: 1 },
      notify: (line) => notices.push(line),
    });
    expect(services.origin.redis).toBe('started');
    expect(notices[0]).toMatch(/allkeys-lru; .*--allow-eviction; not used/);
    await services.close();
  });

  it('is used with --allow-eviction, which is said once', async () => {
    const { startWith, runWith } = useCli({});
    const { mongodbUri, drop } = testServices();
    onTestFinished(drop);
    const env = { REDIS_URL: await policy('allkeys-lru'), MONGODB_URI: mongodbUri };
    const refused = await runWith(env, 'worker', '--queues', 'schema-expansion');
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^aquasurf: .*\n$/) });
    const worker = startWith(env, 'worker', '--queues', 'schema-expansion,output-features', '--allow-eviction');
    await worker.says('one consumer');
    const told = runWith(env, 'study', 'list', '--allow-eviction');
    expect((await told).stderr.match(/policy/g)).toHaveLength(1);
    const queues = (await pipelineOf({ ...env, withoutInfo: true })).queues;
    await expect.poll(() => queues.consumers('schema-expansion'), { timeout: 10_000 }).toBe(1);
    worker.interrupt();
    const { stderr, stdout } = await worker.ended;
    expect((stdout + stderr).match(/allkeys-lru/g)).toHaveLength(1);
  });
});

async function pipelineOf(env: { REDIS_URL: string; MONGODB_URI: string; withoutInfo: boolean }) {
  const { REDIS_URL: redisUrl, MONGODB_URI: mongodbUri, withoutInfo } = env;
  const pipeline = await openPipeline({ redisUrl, mongodbUri, withoutInfo });
  onTestFinished(pipeline.close);
  return pipeline;
}

describe('a Redis user', () => {
  it('who may not ask for INFO, CONFIG and CLIENT: said once, and all goes on', async () => {
    const redisUrl = await redisAfter([ANYTHING, 'ACL SETUSER worker -info -config -client']);
    const { services, notices } = await find(redisUrl);
    expect(notices).toEqual([expect.stringMatching(/does not tell this user its maxmemory-policy.*noeviction/)]);
    const { mongodbUri, drop } = testServices();
    onTestFinished(drop);
    const env = { REDIS_URL: redisUrl, MONGODB_URI: mongodbUri };
    const { queues } = await pipelineOf({ ...env, withoutInfo: services.withoutInfo });
    expect(await queues.consumers('training')).toBeUndefined();
    const { startWith, runWith } = useCli({});
    const create = [
      'study',
      'create',
      'quiet',
      '--task',
      'fashion-mnist/small-cnn',
      '--space',
      'unary(x)',
      '--no-check',
    ];
    expect(await runWith(env, ...create)).toMatchObject({ code: 0 });
    const worker = startWith(env, 'worker', '--queues', 'schema-expansion,output-features');
    const populated = await runWith(env, 'populate', 'quiet', '--wait');
    expect(populated).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/NOPERM|INFO command fails/) });
    worker.interrupt();
    const { stderr, stdout } = await worker.ended;
    expect(stdout + stderr).not.toMatch(/NOPERM|INFO command fails/);
  });

  it.each([
    ['-info -client', { status: 'warn', found: /may not use INFO, CLIENT LIST/, mend: /\+info \+client\|list/ }],
    [
      '-@all +@read +info +client +multi +discard',
      { status: 'fail', found: /may not use EVAL, .*SET.*XADD/, mend: /\+set/ },
    ],
    ['-@all +@read +info', { status: 'fail', found: /MULTI/, mend: /ACL SETUSER/ }],
    ['-zadd -bzpopmin', { status: 'fail', found: /may not use ZADD, BZPOPMIN on/, mend: /\+zadd \+bzpopmin/ }],
    ['resetkeys ~other:*', { status: 'fail', found: /on the keys of the queues/, mend: /~aquasurf-/ }],
    ['resetkeys ~aquasurf-*', { status: 'warn', found: /appendonly is off/, mend: /appendonly yes/ }],
  ])('is asked by doctor what it may: %s', async (rights, { status, found, mend }) => {
    const redisUrl = await redisAfter([ANYTHING, `ACL SETUSER worker ${rights}`]);
    expect(await checkRedis(config(redisUrl))).toMatchObject({
      status,
      found: expect.stringMatching(found),
      mend: expect.stringMatching(mend),
    });
    const admin = new Redis(redisUrl.replace('worker:secret@', ''));
    expect(await admin.dbsize()).toBeLessThanOrEqual(1);
    admin.disconnect();
  });
});

it.each([
  ['MISCONF', ['CONFIG SET dir /proc', 'CONFIG SET save 1_1', 'SET some 1', 'BGSAVE']],
  ['OOM', ['CONFIG SET maxmemory 1']],
  ['READONLY', ['REPLICAOF 127.0.0.1 1']],
])('doctor tries a write, and says %s', async (code, commands) => {
  const redisUrl = await redisAfter([ANYTHING, ...commands]);
  await expect
    .poll(async () => (await checkRedis(config(redisUrl))).found, { timeout: 5000 })
    .toMatch(`takes no writes: ${code} `);
  // One that cannot save would not end.
  const admin = new Redis(redisUrl.replace('worker:secret@', ''));
  await admin.config('SET', 'save', '');
  admin.disconnect();
});
