import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notFound } from '../../src/cli/doctor/not-found.js';
import { loadConfig } from '../../src/config.js';
import { mongodb } from '../../src/services/mongodb-server.js';
import { redis } from '../../src/services/redis-server.js';

let path: string;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'aquasurf-doctor-'));
  vi.stubEnv('PATH', path);
  vi.stubEnv('MONGOMS_RUNTIME_DOWNLOAD', 'false');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(path, { recursive: true, force: true });
});

const answer = { usable: false, cause: 'unreachable', reason: 'cannot be reached' } as const;
const judge = (kind: typeof redis) => {
  const config = { ...loadConfig({}, path), cacheDir: join(path, 'cache') };
  return notFound(kind, config, { url: kind.url(kind.defaultPort), origin: 'localhost', answer });
};

describe('doctor, where no server runs', () => {
  it('says which program will be started', async () => {
    const { stdout } = await execa('/bin/sh', ['-c', 'PATH=/usr/bin:/bin command -v redis-server']);
    symlinkSync(stdout, join(path, 'valkey-server'));
    writeFileSync(join(path, 'mongod'), '#!/bin/sh\necho db version v8.0.17\n', { mode: 0o755 });
    expect(await judge(redis)).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/none runs .*; the first command that needs one will start valkey-server \d/),
    });
    expect(await judge(mongodb)).toMatchObject({
      status: 'ok',
      found: expect.stringContaining('will start mongod 8.0.17'),
    });
  });

  it('fails where none can be started, with the reasons and the ways to get one', async () => {
    const cannot = /none runs .*, and none can be started: redis-server is not on PATH; valkey-server is not on PATH; /;
    expect(await judge(redis)).toMatchObject({
      status: 'fail',
      found: expect.stringMatching(cannot),
      mend: expect.stringMatching(/REDIS_URL.*apt-get install redis-server.*compose\.yaml/),
    });
    expect(await judge(mongodb)).toMatchObject({
      status: 'fail',
      found: expect.stringMatching(
        /none can be started: mongod is not on PATH; .*MONGOMS_RUNTIME_DOWNLOAD.*; FerretDB needs/,
      ),
      mend: expect.stringContaining('MONGODB_URI'),
    });
  });
});
