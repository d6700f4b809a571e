import { join } from 'node:path';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import type { TestProject } from 'vitest/node';
import { loadConfig, packageDir } from '../../src/config.js';
import { findBackend } from '../../src/nn/backend/load-backend.js';
import { installNative } from '../../src/nn/backend/native-install.js';
import { ServiceRecords } from '../../src/services/service-records.js';
import { findServices } from '../../src/services/services.js';

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
    mongodbUri: string;
  }
}

const notify = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Gives the tests what they run on: real servers, those of REDIS_URL and MONGODB_URI or else of their own (what runs on
 * localhost may hold somebody's data), and a native TensorFlow. Runs at the same time share the servers.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const config = { ...loadConfig(), dataDir: join(packageDir, '.aquasurf/test') };
  if (!findBackend('auto', { cacheDir: config.cacheDir, projectDir: packageDir })) {
    await installNative('cpu', { cacheDir: config.cacheDir, notify });
  }
  const services = await findServices(config, { start: true, localhost: false, notify });
  const alone = async () => (await new ServiceRecords(config.dataDir).countUsers()) === 1;
  if (services.origin.mongodb === 'started') await dropAllDatabases(services.mongodbUri, alone);
  if (services.origin.redis === 'started') await dropAllKeys(services.redisUrl, alone);
  project.provide('redisUrl', services.redisUrl);
  project.provide('mongodbUri', services.mongodbUri);
  return () => services.close();
}

/** What killed runs left. Listed before asking whether other runs are at work: theirs are younger than the list. */
async function dropAllDatabases(uri: string, alone: () => Promise<boolean>): Promise<void> {
  const client = new MongoClient(uri);
  try {
    const { databases } = await client.db().admin().listDatabases({ nameOnly: true });
    const left = databases.filter(({ name }) => !['admin', 'config', 'local'].includes(name));
    if (!(await alone())) return;
    for (const { name } of left) await client.db(name).dropDatabase();
  } finally {
    await client.close();
  }
}

async function dropAllKeys(url: string, alone: () => Promise<boolean>): Promise<void> {
  const client = new Redis(url);
  try {
    const keys = await client.keys('*');
    if (keys.length > 0 && (await alone())) await client.unlink(keys);
  } finally {
    client.disconnect();
  }
}
