import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { Queues } from '../../src/queues/queues.js';
import { startRelay } from '../support/own-redis.js';

it('queues can be closed when Redis is gone', async () => {
  const relay = await startRelay(Number(new URL(inject('redisUrl')).port));
  const queues = new Queues({ redisUrl: relay.url, prefix: `gone-${relay.port}` });
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
