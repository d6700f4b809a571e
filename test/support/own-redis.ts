import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import { Redis } from 'ioredis';

/** A Redis for one test that does things to it which the others must not feel. */
export interface OwnRedis {
  port: number;
  url: string;
  /** Asks it as its administrator would. */
  client: Redis;
  process: ChildProcess;
  stop: () => Promise<void>;
}

export async function startRedis(...options: string[]): Promise<OwnRedis> {
  const port = await getPort({ host: '127.0.0.1' });
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-redis-'));
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const fast = ['--save', '', '--maxmemory-policy', 'noeviction', '--repl-diskless-sync-delay', '0'];
  const server = spawn('redis-server', [...place, ...fast, ...options], { stdio: 'ignore' });
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => {});
  await client.ping();
  const stop = async () => {
    client.disconnect();
    if (server.exitCode === null && server.kill('SIGKILL')) await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, url: `redis://127.0.0.1:${port}`, client, process: server, stop };
}

/** An address behind which the server may change; connections that are there stay with the one that they have. */
export async function startRelay(port: number) {
  const relay = { target: port };
  const sockets = new Set<Socket>();
  const server = createServer((inside) => {
    const outside = connect(relay.target, '127.0.0.1');
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => other.destroy());
    }
    inside.pipe(outside).pipe(inside);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return Object.assign(relay, { port: address.port, url: `redis://127.0.0.1:${address.port}`, cut, server });
}
