import { join } from 'node:path';
import { loadConfig, packageDir } from '../dist/config.js';
import { openPipeline } from '../dist/open-pipeline.js';
import type { Pipeline } from '../dist/queues/pipeline.js';
import { findServices } from '../dist/services/services.js';
import type { Store } from '../dist/store/store.js';

/**
 * Runs `body` on a new database, dropped afterwards, and queues of its name: on the servers of REDIS_URL and
 * MONGODB_URI, else on the benchmarks' own (what runs on localhost may hold somebody's data).
 */
export async function withBenchPipeline<T>(
  notify: (line: string) => void,
  body: (pipeline: Pipeline) => Promise<T>,
): Promise<T> {
  const config = { ...loadConfig(), dataDir: join(packageDir, '.aquasurf/bench') };
  const services = await findServices(config, { start: true, localhost: false, notify });
  try {
    const uri = new URL(services.mongodbUri);
    uri.pathname = `/bench-${process.pid}`;
    const pipeline = await openPipeline({ redisUrl: services.redisUrl, mongodbUri: uri.href });
    try {
      return await body(pipeline);
    } finally {
      await pipeline.store.client.db(pipeline.store.database).dropDatabase();
      await pipeline.close();
    }
  } finally {
    await services.close();
  }
}

/** Where the database of a benchmark is, for its consumers. */
export function databaseUri({ client, database }: Store): string {
  const { hosts, credentials } = client.options;
  const user = credentials ? `${credentials.username}:${credentials.password}@` : '';
  const options = credentials ? `?authSource=${credentials.source}` : '';
  return `mongodb://${user}${hosts.map(String).join(',')}/${database}${options}`;
}
