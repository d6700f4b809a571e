import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { Queues } from '../../src/queues/queues.js';

it('queues can be closed when Redis is gone', async () => {
  const { port: redisPort } = new URL(inject('redisUrl'));
  const sockets = new Set<Socket>();
  const relay = createServer((inside) => {
    const outside = connect(Number(redisPort), '127.0.0.1');
    for (const socket of [inside, outside]) sockets.add(socket.on('error', () => {}));
    inside.pipe(outside).pipe(inside);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address() as { port: number };

  const queues = new Queues({ redisUrl: `redis://127.0.0.1:${port}`, prefix: `gone-${port}` });
  await queues.ping();
  for (const socket of sockets) socket.destroy();
  relay.close();
  await sleep(1500);
  // Waits for Redis to come back, and a farewell waits behind it.
  queues.consumers('training').catch(() => {});
  const begun = performance.now();
  await queues.close();
  expect(performance.now() - begun).toBeLessThan(10_000);
}, 20_000);
