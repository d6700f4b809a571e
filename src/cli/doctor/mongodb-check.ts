import { MongoClient } from 'mongodb';
import type { Config } from '../../config.js';
import { errorLine } from '../../errors.js';
import { mongodb } from '../../services/mongodb-server.js';
import { waysByHand } from '../../services/server-kind.js';
import { shownUrl } from '../../shown-url.js';
import { locateService } from '../servers/locate-service.js';
import { type Check, fail, ok } from './check.js';
import { notFound } from './not-found.js';

/** The database: reachable, and which server it is. Asked directly: opening the store would make its indexes. */
export async function checkMongodb(config: Config): Promise<Check> {
  const location = await locateService(mongodb, config);
  if (!location.answer.usable) return notFound(mongodb, config, location);
  const where = shownUrl(location.url);
  const client = new MongoClient(location.url, { serverSelectionTimeoutMS: 5_000 });
  try {
    const started = performance.now();
    const { version, ferretdb } = await client.db().command({ buildInfo: 1 });
    const server = ferretdb ? `FerretDB ${ferretdb.version} (as MongoDB ${version})` : `MongoDB ${version}`;
    return ok('MongoDB', `${where}, ${server}, answered in ${Math.round(performance.now() - started)} ms`);
  } catch (error) {
    return fail('MongoDB', `${where}: ${errorLine(error)}`, waysByHand(mongodb));
  } finally {
    await client.close();
  }
}
