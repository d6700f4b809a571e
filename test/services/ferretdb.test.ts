import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { askMongodb } from '../../src/services/mongodb-answer.js';
import { identify } from '../../src/services/process-identity.js';
import { findServices } from '../../src/services/services.js';
import { databaseOf } from '../../src/store/mongo/mongodb-uri.js';
import { freshConfig, running, startUser } from './service-users.js';

const own = { start: true, localhost: false, notify: () => undefined } as const;
/** The other service is there already. */
const mongodbOnly = () => freshConfig({ redisUrl: inject('redisUrl') });

async function withClient<T>(uri: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

describe.skipIf(process.getuid?.() !== 0)('our own MongoDB', () => {
  beforeEach(() => void vi.stubEnv('MONGOMS_RUNTIME_DOWNLOAD', 'false')); // FerretDB it shall be
  afterEach(() => vi.unstubAllEnvs());

  it('starts in an empty folder, keeps acknowledged writes through kill -9 of everything, and stops', async () => {
    const config = mongodbOnly();
    const first = await startUser(config);
    const written = await withClient(first.mongodbUri, async (client) => {
      const batch = Array.from({ length: 20 }, (_, i) =>
        client
          .db()
          .collection(`c${i % 4}`)
          .insertOne({ i }),
      );
      return (await Promise.all(batch)).length;
    });
    const servers = await running(config, 'mongodb');
    expect(servers.length).toBeGreaterThan(0);
    for (const { pid } of servers) process.kill(pid, 'SIGKILL');
    await first.kill('SIGKILL');

    const services = await findServices(config, own);
    expect(databaseOf(services.mongodbUri)).toBe('aquasurf');
    const found = await withClient(services.mongodbUri, async (client) => {
      const counts = [0, 1, 2, 3].map((i) => client.db().collection(`c${i}`).countDocuments());
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    });
    expect(found).toBe(written);

    const last = await running(config, 'mongodb');
    await services.close();
    for (const server of last) expect(await identify(server.pid)).not.toEqual(server);
    expect(await running(config, 'mongodb')).toEqual([]);
  }, 240_000);

  it('is replaced when half of it has died', async () => {
    const config = mongodbOnly();
    const first = await findServices(config, own);
    const [gateway] = await running(config, 'mongodb');
    process.kill(gateway!.pid, 'SIGKILL');
    const second = await findServices(config, own);
    await withClient(second.mongodbUri, (client) => client.db().collection('c').insertOne({ alive: true }));
    await first.close();
    await second.close();
    expect(await running(config, 'mongodb')).toEqual([]);
  }, 120_000);

  it('says why it cannot start: the disk is full', async () => {
    const config = mongodbOnly();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', config.dataDir]);
    onTestFinished(() => void execFileSync('umount', [config.dataDir]));
    await expect(findServices(config, own)).rejects.toThrow(/initdb did not start: .*No space left on device/);
  }, 60_000);

  it('goes on with the data of a version that let everybody in, and closes them', async () => {
    const config = mongodbOnly();
    const first = await findServices(config, own);
    await withClient(first.mongodbUri, (client) => client.db().collection('c').insertOne({ kept: true }));
    await first.close();
    const folder = join(config.dataDir, 'mongodb');
    const rules = join(folder, 'pg/pg_hba.conf');
    writeFileSync(rules, 'local all all trust\nhost all all 127.0.0.1/32 trust\n');
    execFileSync('chown', ['-R', '101:101', join(folder, 'pg'), join(folder, 'sock')]);
    execFileSync('chmod', ['755', config.dataDir, folder, join(folder, 'sock')]);
    rmSync(join(config.dataDir, 'services'), { recursive: true });

    const second = await findServices(config, own);
    const documents = await withClient(second.mongodbUri, (client) => client.db().collection('c').countDocuments());
    expect(documents).toBe(1);
    await second.close();
    expect(readFileSync(rules, 'utf8')).not.toContain('trust');
    expect(statSync(join(folder, 'pg')).uid).not.toBe(101);
    expect(statSync(folder).mode & 0o077).toBe(0);
  }, 120_000);

  it('asked for a password that is missing or wrong, says so', async () => {
    const services = await findServices(mongodbOnly(), own);
    const { host } = new URL(services.mongodbUri);
    expect(await askMongodb(`mongodb://${host}`, 5_000)).toMatchObject({ reason: 'needs a password' });
    expect(await askMongodb(`mongodb://aquasurf:wrong@${host}`, 5_000)).toMatchObject({
      reason: 'refused the password: wrong user or password',
    });
    await services.close();
  }, 120_000);
});
