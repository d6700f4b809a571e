import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { withFileLock } from '../../src/file-lock.js';

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

it('is taken over from a holder that has not touched it for long: it was killed', async () => {
  const path = freshPath();
  mkdirSync(path, { recursive: true });
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(path, longAgo, longAgo);
  expect(await withFileLock(path, { onWait }, async () => 'taken')).toBe('taken');
});

it('can be given up waiting for', async () => {
  const path = freshPath();
  await withFileLock(path, { onWait }, async () => {
    const { signal } = { signal: AbortSignal.timeout(150) };
    await expect(withFileLock(path, { onWait, signal }, async () => 'never')).rejects.toThrow();
  });
});
