import { loadConfig } from '../config.js';
import { errorLine } from '../errors.js';
import { mongodb } from '../services/mongodb-server.js';
import { shownUrl, withDatabase } from '../services/service-url.js';
import { openStore, type Store } from '../store/store.js';
import { locateService } from './locate-service.js';
import { notify } from './output.js';

/**
 * Asks the database if there is one; starts nothing.
 * @returns undefined where none is found; one that MONGODB_URI names and that cannot be used is told on stderr
 */
export async function readDatabase<T>(work: (store: Store) => Promise<T>): Promise<T | undefined> {
  const { url, origin, answer } = await locateService(mongodb, loadConfig());
  if (!answer.usable) {
    if (origin === 'url') notify(`going on without the database: MongoDB at ${shownUrl(url)} ${answer.reason}`);
    return undefined;
  }
  try {
    const store = await openStore({ uri: withDatabase(url, 'aquasurf') });
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
