import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import { expect, onTestFinished } from 'vitest';
import { stopProcess } from '../../src/services/process-identity.js';
import { becomesReady, listens, spawnServer } from '../../src/services/server-process.js';

/** A Redis that belongs to the user, not to aquasurf. */
export async function foreignRedis(args: string[] = []): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-foreign-'));
  const port = await getPort({ host: '127.0.0.1' });
  const server = await spawnServer({
    program: 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...args],
    cwd: folder,
    log: join(folder, 'log'),
  });
  onTestFinished(async () => {
    await stopProcess(server, 'SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });
  expect(await becomesReady(server, () => listens(port), { timeoutMs: 10_000 })).toBe(true);
  return port;
}
