import { randomUUID } from 'node:crypto';
import { type Db, MongoClient } from 'mongodb';
import type { Config } from '../../config.js';
import { errorLine } from '../../errors.js';
import { mongodb } from '../../services/mongodb-server.js';
import { waysByHand } from '../../services/server-kind.js';
import { shownUrl } from '../../shown-url.js';
import { databaseOf } from '../../store/mongo/mongodb-uri.js';
import { locateService } from '../servers/locate-service.js';
import { type Check, fail, ok } from './check.js';
import { notFound } from './not-found.js';

const TIMEOUT_MS = 5_000;
/** Where a write is tried; it is there for that moment only. */
const TRIED = 'doctor';

/**
 * The database: reachable, which server it is, and whether it takes writes of this user. Asked directly: opening the store
 * would make its indexes.
 */
export async function checkMongodb(config: Config): Promise<Check> {
  const location = await locateService(mongodb, config);
  if (!location.answer.usable) return notFound(mongodb, config, location);
  const where = shownUrl(location.url);
  const client = new MongoClient(location.url, { serverSelectionTimeoutMS: TIMEOUT_MS });
  try {
    const started = performance.now();
    const database = client.db(databaseOf(location.url));
    const { version, ferretdb } = await database.command({ buildInfo: 1 });
    const took = Math.round(performance.now() - started);
    const server = ferretdb ? `FerretDB ${ferretdb.version} (as MongoDB ${version})` : `MongoDB ${version}`;
    const refusal = await tryWrite(database);
    if (refusal !== undefined) {
      const mend = `let this user write: the role readWrite on database ${database.databaseName}, on a primary with room on its disk`;
      return fail('MongoDB', `${where}, ${server}; it takes no writes: ${refusal}`, mend);
    }
    return ok('MongoDB', `${where}, ${server}, answered in ${took} ms`);
  } catch (error) {
    return fail('MongoDB', `${where}: ${errorLine(error)}`, waysByHand(mongodb));
  } finally {
    await client.close();
  }
}

/** Why the database takes no write; undefined where it does. */
async function tryWrite(database: Db): Promise<string | undefined> {
  const collection = database.collection<{ _id: string }>(TRIED);
  const _id = randomUUID();
  try {
    await collection.insertOne({ _id }, { maxTimeMS: TIMEOUT_MS });
    await collection.deleteOne({ _id });
    await collection.drop();
    return undefined;
  } catch (error) {
    return errorLine(error);
  }
}
