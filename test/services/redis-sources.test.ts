import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { findServices } from '../../src/services/services.js';
import { freshConfig, running } from './service-users.js';

const REDIS_SERVER = (await execa('sh', ['-c', 'command -v redis-server'])).stdout;
const TOOLS = ['bash', 'sh', 'rm', 'mkdir', 'mv', 'cat', 'chmod', 'dirname'];

/** All that is on PATH: none of this machine's Redis programs, and no root. */
let path: string;
const program = (name: string, script: string) =>
  writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

const cached = () => readdirSync(join(path, 'cache')).filter((name) => !name.includes('lock'));

async function find() {
  const config = freshConfig({ mongodbUri: inject('mongodbUri'), cacheDir: join(path, 'cache') });
  const notices: string[] = [];
  const notify = (line: string) => void notices.push(line);
  const services = await findServices(config, { start: true, localhost: false, notify });
  return { services, notices, config };
}

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'aquasurf-path-'));
  vi.stubEnv('PATH', path);
  vi.spyOn(process, 'getuid').mockReturnValue(1000);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(path, { recursive: true, force: true });
});

describe('a Redis of our own', () => {
  it('is valkey-server where that is there, and redis-server too old', async () => {
    program('redis-server', 'echo "Redis server v=6.0.16 sha=0"');
    symlinkSync(REDIS_SERVER, join(path, 'valkey-server'));
    const { services, notices, config } = await find();
    expect(notices[0]).toMatch(/^Redis: redis-server 6\.0\.16 is older than 6\.2; trying to start valkey-server \d/);
    expect(await running(config, 'redis')).toHaveLength(1);
    await services.close();
    expect(await running(config, 'redis')).toEqual([]);
  });

  it("is unpacked from this system's packages for somebody who is not root, and kept in the cache", async () => {
    for (const tool of TOOLS) symlinkSync(`/bin/${tool}`, join(path, tool));
    program(
      'apt-get',
      'case "$*" in *" install "*) mkdir -p apt/cache/archives && : >apt/cache/archives/redis.deb;; esac',
    );
    program('dpkg-deb', `[ "$1" != -x ] || { mkdir -p usr/bin && /bin/ln -s '${REDIS_SERVER}' usr/bin/redis-server; }`);
    const { services, notices } = await find();
    expect(notices[0]).toMatch(
      /^Redis: redis-server is not on PATH; valkey-server is not on PATH; installing redis-server needs root; trying to download this system's redis-server/,
    );
    await services.close();
    expect(cached()).toEqual(['redis']);
    const again = await find();
    expect(again.notices[0]).toMatch(/; trying to start redis-server \d.* \(.*cache\/redis\/redis-server\)/);
    await again.services.close();
  });

  it('that cannot be downloaded says why, and leaves nothing', async () => {
    for (const tool of TOOLS) symlinkSync(`/bin/${tool}`, join(path, tool));
    program(
      'apt-get',
      `echo "Err:1 http://deb.example sid InRelease\n  Temporary failure resolving 'deb.example'"; exit 100`,
    );
    program('dpkg-deb', 'exit 0');
    await expect(find()).rejects.toThrow(
      /no Redis: .*; redis-server could not be downloaded: Temporary failure resolving 'deb\.example'\. Ways to get one: set REDIS_URL.*compose\.yaml/,
    );
    expect(cached()).toEqual([]);
  });
});
