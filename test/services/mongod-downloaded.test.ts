import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { type Config, cachePath, packageDir } from '../../src/config.js';
import { mongodDownloaded } from '../../src/services/mongod-downloaded.js';
import { askMongodb } from '../../src/services/mongodb-answer.js';
import { findServices } from '../../src/services/services.js';
import { archiveOf, mirror, standIn } from './mongod-archive.js';
import { freshConfig, launchUser, running } from './service-users.js';

const NOBODY = 65_534;

/** As root, a test can be another user; a folder in root's home is out of that user's reach. */
const nobodyCanRead = (folder: string): boolean =>
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['-e', '""'], { cwd: folder, uid: NOBODY, gid: NOBODY }).status === 0;

let path: string;

/** Nothing of this machine: no mongod, no Go, no apt; FerretDB cannot be built. */
function bareConfig(): Config {
  const cacheDir = join(path, 'cache');
  return freshConfig({ redisUrl: inject('redisUrl'), cacheDir });
}

async function find(config: Config) {
  const notices: string[] = [];
  const notify = (line: string) => void notices.push(line);
  const services = await findServices(config, { start: true, localhost: false, notify });
  return { services, notices };
}

const cached = (config: Config) =>
  readdirSync(cachePath(config.cacheDir, 'mongod')).filter((name) => !name.startsWith('lock'));

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'aquasurf-path-'));
  chmodSync(path, 0o755);
  vi.stubEnv('PATH', path);
  vi.stubEnv('MONGOMS_MAX_RETRIES', '1');
});
afterEach(() => {
  rmSync(path, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

describe('a mongod that is downloaded', () => {
  it('is told, checked, kept in the cache, started, and stopped like any other', async () => {
    const { url, asked } = await mirror({ archive: await archiveOf(standIn) });
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', url);
    const config = bareConfig();
    const { services, notices } = await find(config);
    expect(notices[0]).toMatch(
      /^MongoDB: mongod is not on PATH; trying to download mongod 8\.\d+\.\d+ from 127\.0\.0\.1:\d+ \(once: /,
    );
    expect(asked.filter((line) => line.startsWith('GET'))).toEqual([
      expect.stringMatching(/^GET \/linux\/mongodb-linux-.*\.tgz$/),
      expect.stringMatching(/^GET \/linux\/mongodb-linux-.*\.tgz\.md5$/),
    ]);
    expect((await askMongodb(services.mongodbUri, 2_000)).usable).toBe(true);
    expect(await running(config, 'mongodb')).toHaveLength(1);
    expect(cached(config)).toHaveLength(2); // the program and its checksum
    await services.close();
    expect(await running(config, 'mongodb')).toEqual([]);

    asked.length = 0;
    const again = await find(config);
    expect(again.notices.join()).toMatch(/trying to start mongod 8/);
    expect(asked).toEqual([]);
    await again.services.close();
  });

  it.skipIf(!nobodyCanRead(packageDir))('needs no root', async () => {
    const { url } = await mirror({ archive: await archiveOf(standIn) });
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', url);
    const config = bareConfig();
    for (const folder of [config.dataDir, cachePath(config.cacheDir)]) {
      mkdirSync(folder, { recursive: true });
      chownSync(folder, NOBODY, NOBODY);
    }
    const user = await launchUser(config, NOBODY).services;
    const [server] = await running(config, 'mongodb');
    expect(statSync(`/proc/${server?.pid}`).uid).toBe(NOBODY);
    await user.finish();
    expect(await running(config, 'mongodb')).toEqual([]);
  });

  it('that says why it cannot start is quoted, and leaves no data behind', async () => {
    const { url } = await mirror({ archive: await archiveOf(standIn) });
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', url);
    vi.stubEnv('AQUASURF_STAND_IN', 'refuses');
    const config = bareConfig();
    await expect(find(config)).rejects.toThrow(/did not start: .*no space left on device; FerretDB /);
    expect(readdirSync(config.dataDir)).not.toContain('mongodb');
  });

  it('that does not run on this machine says so', async () => {
    const broken =
      '#!/bin/sh\necho "mongod: error while loading shared libraries: libcurl.so.4: not there" >&2\nexit 127\n';
    const { url } = await mirror({ archive: await archiveOf(broken) });
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', url);
    await expect(find(bareConfig())).rejects.toThrow(/does not run: .*libcurl\.so\.4/);
  });

  it.each([
    ['is not there', async () => ({}), /Status Code isn't 200! \(it is 404\)/],
    ['is damaged', async () => ({ archive: await archiveOf(standIn), md5: '0'.repeat(32) }), /MD5 check failed/],
    ['is cut', async () => ({ archive: await archiveOf(standIn), cutAfter: 100 }), /aborted|ECONNRESET|socket hang up/],
    ['is no archive', async () => ({ archive: Buffer.from('a page that asks for money') }), /incorrect header check/],
    ['holds no mongod', async () => ({ archive: await archiveOf(standIn, 'mongos') }), /missing mongod binary/],
  ])('%s: an error in one line with all ways, and nothing is left', async (_, answers, reason) => {
    const { url } = await mirror(await answers());
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', url);
    const config = bareConfig();
    const failure: Error = await find(config).then(
      () => new Error('started'),
      (error) => error,
    );
    expect(failure.message).toMatch(/mongod is not on PATH; mongod cannot be downloaded: .*; FerretDB needs/);
    expect(failure.message).toMatch(reason);
    for (const way of ['MONGODB_URI', 'MONGOMS_SYSTEM_BINARY', 'MONGOMS_DOWNLOAD_MIRROR', 'FerretDB', 'compose.yaml']) {
      expect(failure.message).toContain(way);
    }
    expect(failure.message).not.toContain('\n');
    expect(cached(config)).toEqual([]);
  });

  it('fails within seconds where the host does not answer', async () => {
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', 'http://127.0.0.1:1');
    const started = performance.now();
    await expect(find(bareConfig())).rejects.toThrow(/cannot be downloaded: connect ECONNREFUSED 127\.0\.0\.1:1;/);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('is given up when the command is interrupted, and nothing of it is left', async () => {
    const { url, asked } = await mirror({ archive: await archiveOf(standIn), silent: true });
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', url);
    const config = bareConfig();
    const interruption = new AbortController();
    const { signal } = interruption;
    const finding = findServices(config, { start: true, localhost: false, notify: () => undefined, signal });
    finding.catch(() => undefined);
    await vi.waitFor(() => expect(asked.some((line) => line.startsWith('GET'))).toBe(true), 60_000);
    interruption.abort(new Error('interrupted'));
    await expect(finding).rejects.toThrow('interrupted');
    expect(cached(config)).toEqual([]);
  });

  it('is not asked for where MONGOMS_SYSTEM_BINARY names one, or where downloads are switched off', async () => {
    const program = join(path, 'my-mongod');
    writeFileSync(program, standIn, { mode: 0o755 });
    vi.stubEnv('MONGOMS_RUNTIME_DOWNLOAD', 'false');
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', 'http://127.0.0.1:1');
    const folders = { cacheDir: join(path, 'cache'), dataDir: path };
    await expect(mongodDownloaded.plan(folders)).rejects.toThrow('switched off (MONGOMS_RUNTIME_DOWNLOAD)');
    vi.stubEnv('MONGOMS_SYSTEM_BINARY', program);
    expect(await mongodDownloaded.plan(folders)).toEqual({ does: `start mongod 8.0.17 (${program})`, provides: false });
  });
});

describe('data that are there', () => {
  const refusal = (dataDir: string) =>
    find({ ...bareConfig(), dataDir }).then(
      () => '',
      (error: Error) => error.message,
    );

  it('of FerretDB are never given to a mongod, and the reverse', async () => {
    writeFileSync(join(path, 'mongod'), standIn, { mode: 0o755 });
    const ferretdb = freshConfig().dataDir;
    mkdirSync(join(ferretdb, 'mongodb/pg'), { recursive: true });
    expect(await refusal(ferretdb)).toMatch(
      /FerretDB needs .*; the data in .* are FerretDB's, mongod cannot read them/,
    );
    rmSync(join(path, 'mongod'));
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', 'http://127.0.0.1:1');
    const mongod = freshConfig().dataDir;
    mkdirSync(join(mongod, 'mongodb'));
    writeFileSync(join(mongod, 'mongodb/WiredTiger'), '');
    expect(await refusal(mongod)).toMatch(/ECONNREFUSED.*; the data in .* are mongod's, FerretDB cannot read them/);
  });
});

it('a mongod on PATH comes first; one that is too old, or does not run, is passed over with the reason', async () => {
  const program = join(path, 'mongod');
  writeFileSync(program, standIn, { mode: 0o755 });
  const { services, notices } = await find(bareConfig());
  expect(notices).toEqual([expect.stringMatching(/^MongoDB: started on/)]);
  await services.close();
  vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', 'http://127.0.0.1:1');
  for (const [said, reason] of [
    ['echo "db version v4.4.29"', 'mongod 4.4.29 is older than 5.0'],
    ['echo "Illegal instruction"; exit 132', 'mongod does not run: Illegal instruction'],
    ['echo "I am no database"', 'mongod does not tell its version'],
  ]) {
    writeFileSync(program, `#!/bin/sh\n${said}\n`, { mode: 0o755 });
    await expect(find(bareConfig())).rejects.toThrow(`no MongoDB: ${reason}; `);
  }
});
