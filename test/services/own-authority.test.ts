import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mongodb } from '../../src/services/mongodb-server.js';
import { redis } from '../../src/services/redis-server.js';

const folder = mkdtempSync(join(tmpdir(), 'aquasurf-tls-'));
let server: Server;
let host: string;

beforeAll(async () => {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
  await execa('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    keyFile,
    '-out',
    certFile,
    ...subject,
  ]);
  server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, (socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

it.each([
  ['Redis', () => redis.ask(`rediss://${host}`, 2_000)],
  ['MongoDB', () => mongodb.ask(`mongodb://${host}/x?tls=true`, 2_000)],
])('a %s with a certificate of an authority that is not known: how to name the authority', async (_, ask) => {
  expect(await ask()).toMatchObject({
    usable: false,
    reason: expect.stringMatching(/certificate .*NODE_EXTRA_CA_CERTS/),
  });
});
