import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { packageDir } from '../../src/config.js';
import { isLocked, withFileLock } from '../../src/file-lock.js';

const onWait = () => undefined;

function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'inner', 'lock');
}

it('lets one in at a time, in any order, and passes on what the work gives', async () => {
  const path = freshPath();
  let inside = 0;
  let most = 0;
  const work = async (name: number) => {
    most = Math.max(most, ++inside);
    await sleep(20);
    inside -= 1;
    return name;
  };
  const results = await Promise.all([1, 2, 3, 4].map((name) => withFileLock(path, { onWait }, () => work(name))));
  expect(results).toEqual([1, 2, 3, 4]);
  expect(most).toBe(1);
});

it('is free again after work that fails', async () => {
  const path = freshPath();
  await expect(withFileLock(path, { onWait }, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await withFileLock(path, { onWait }, async () => 'free')).toBe('free');
});

/** Another process that holds the lock. */
async function holder(path: string) {
  const script = join(packageDir, 'test/services/hold-lock.ts');
  const child = spawn(process.execPath, ['--import', 'jiti/register', script, path], { cwd: packageDir });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

it('is free at once when its holder is killed', async () => {
  const path = freshPath();
  const child = await holder(path);
  expect(await isLocked(path)).toBe(true);
  child.kill('SIGKILL');
  expect(await withFileLock(path, { onWait }, async () => 'taken')).toBe('taken');
});

it('stays with a holder that is paused, however long it has not been seen', async () => {
  const path = freshPath();
  const child = await holder(path);
  child.kill('SIGSTOP');
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(path, longAgo, longAgo);
  expect(await isLocked(path)).toBe(true);
  const signal = AbortSignal.timeout(200);
  await expect(withFileLock(path, { onWait, signal }, async () => 'never')).rejects.toThrow();
  child.kill('SIGCONT');
  child.stdin.end();
  expect(await withFileLock(path, { onWait }, async () => 'its turn')).toBe('its turn');
});

it('can be given up waiting for', async () => {
  const path = freshPath();
  await withFileLock(path, { onWait }, async () => {
    const { signal } = { signal: AbortSignal.timeout(150) };
    await expect(withFileLock(path, { onWait, signal }, async () => 'never')).rejects.toThrow();
  });
});
