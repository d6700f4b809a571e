import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../config.js';
import { errorLine } from '../../errors.js';
import { mongodb } from '../../services/mongodb-server.js';
import { shownUrl } from '../../shown-url.js';
import { openStore, type Store } from '../../store/store.js';
import { withPipeline } from '../command-context.js';
import { notify } from '../output.js';
import { locateService } from './locate-service.js';

/**
 * Asks the database if there is one. One of our own that stopped is started for the question; otherwise nothing is.
 * @returns undefined where none is found; one that MONGODB_URI names and that cannot be used is told on stderr
 */
export async function readDatabase<T>(work: (store: Store) => Promise<T>): Promise<T | undefined> {
  const config = loadConfig();
  const { url, origin, answer } = await locateService(mongodb, config);
  if (!answer.usable) {
    const ours = join(config.dataDir, 'mongodb');
    if (origin !== 'url' && existsSync(ours)) return withPipeline(({ pipeline }) => work(pipeline.store));
    if (origin === 'url') notify(`going on without the database: MongoDB at ${shownUrl(url)} ${answer.reason}`);
    return undefined;
  }
  try {
    const store = await openStore({ uri: url });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    notify(`going on without the database: ${errorLine(error)}`);
    return undefined;
  }
}
