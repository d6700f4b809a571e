import { afterEach, expect, it } from 'vitest';
import { redisRefusal } from '../../src/queues/redis-connection.js';
import { type OwnRedis, startRedis, startRelay } from '../support/own-redis.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const services = testServices();
const cleanups: Array<() => unknown> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function redis(...options: string[]): Promise<OwnRedis> {
  const server = await startRedis(...options);
  cleanups.push(server.stop);
  return server;
}

/** A study whose queues, and the consumers that take from them, are on a Redis of this test. */
async function begin(redisUrl: string) {
  const addresses = { redisUrl, mongodbUri: services.mongodbUri };
  const run = await spiralsStudy(addresses, { space: ['unary(x)'] });
  cleanups.push(() => run.pipeline.close());
  const supervisor = startConsumers(addresses, 1);
  cleanups.push(() => supervisor.stop());
  await until('the consumer waits for jobs', async () => (await run.pipeline.queues.consumers('training')) !== 0);
  const populated = () =>
    until('the space is populated', async () => (await run.study.progress()).populate.complete, 30_000);
  return { ...run, populated };
}

it('after a failover behind one address producers and consumers go on with the new primary', async () => {
  const [first, second] = [await redis(), await redis()];
  await second.client.replicaof('127.0.0.1', first.port);
  const relay = await startRelay(first.port);
  cleanups.push(() => {
    relay.cut();
    relay.server.close();
  });
  const { study, pipeline, populated } = await begin(relay.url);
  await until('the replica follows', async () =>
    (await second.client.info('replication')).includes('master_link_status:up'),
  );

  relay.target = second.port;
  await second.client.replicaof('no', 'one');
  await first.client.replicaof('127.0.0.1', second.port);
  // Both hold connections to the server that is a replica now.
  await study.populate();
  await populated();
  expect(await pipeline.queues.queue('output-features').getFailedCount()).toBe(0);
}, 90_000);

it('a Redis that is read-only for a while, or without room, is waited for', async () => {
  const server = await redis();
  const { study, populated } = await begin(server.url);
  await server.client.replicaof('127.0.0.1', 1);
  await server.client.config('SET', 'maxmemory', '1');
  const asked = study.populate();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await server.client.replicaof('no', 'one');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await server.client.config('SET', 'maxmemory', '0');
  await asked;
  await populated();
}, 90_000);

it('knows a refusal in the words of every version, and tells its reason in one line', () => {
  const reason = (message: string) => redisRefusal(new Error(message));
  const readOnly = "READONLY You can't write against a read only replica";
  expect(reason(`${readOnly}.`)).toBe(readOnly);
  expect(reason(`${readOnly}. script: 69666e, on @user_script:679.`)).toBe(readOnly);
  expect(reason(`ERR Error running script (call to f_1): @user_script:7: @user_script: 7: -${readOnly}.`)).toBe(
    readOnly,
  );
  expect(reason("OOM command not allowed when used memory > 'maxmemory'. script: 6a, on @user_script:3.")).toBe(
    "OOM command not allowed when used memory > 'maxmemory'",
  );
  expect(reason('UNBLOCKED force unblock from blocking operation')).toBeDefined();
  expect(reason('NOPERM this user has no permissions')).toBeUndefined();
  expect(reason('ERR unknown command')).toBeUndefined();
});
