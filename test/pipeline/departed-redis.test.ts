import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { Queues } from '../../src/queues/queues.js';
import { startRelay } from '../support/own-redis.js';

it('queues can be closed when Redis is gone', async () => {
  const url = new URL(inject('redisUrl'));
  const relay = await startRelay(Number(url.port));
  url.host = `127.0.0.1:${relay.port}`;
  const queues = new Queues({ redisUrl: url.href, prefix: `gone-${relay.port}` });
  await queues.ping();
  relay.cut();
  relay.server.close();
  await sleep(1500);
  // Waits for Redis to come back, and a farewell waits behind it.
  queues.consumers('training').catch(() => {});
  const begun = performance.now();
  await queues.close();
  expect(performance.now() - begun).toBeLessThan(10_000);
}, 20_000);
