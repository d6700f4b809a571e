import { MongoClient, MongoServerError } from 'mongodb';
import type { Answer } from './server-kind.js';
import { unreachable } from './unreachable.js';

/** `$dateAdd` and `$$NOW` in pipeline updates, on which leases rest, came with MongoDB 5.0: wire version 13. */
const OLDEST_WIRE_VERSION = 13;
export const OLDEST_MONGODB = '5.0';

const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;

/** Asks a MongoDB (or what speaks its protocol) for its version, and for something that needs permission. */
export async function askMongodb(uri: string, timeoutMs: number): Promise<Answer> {
  let client: MongoClient | undefined;
  try {
    client = new MongoClient(uri, { serverSelectionTimeoutMS: timeoutMs, connectTimeoutMS: timeoutMs, maxPoolSize: 1 });
    const database = client.db();
    const limit = { timeoutMS: timeoutMs };
    const hello = await database.command({ hello: 1 }, limit);
    if (Number(hello.maxWireVersion) < OLDEST_WIRE_VERSION) {
      return refused(`is older than MongoDB ${OLDEST_MONGODB}`);
    }
    await database.command({ listCollections: 1, nameOnly: true, authorizedCollections: true }, limit);
    return { usable: true, version: `wire ${hello.maxWireVersion}` };
  } catch (error) {
    return explain(error);
  } finally {
    await client?.close().catch(() => undefined);
  }
}

const refused = (reason: string): Answer => ({ usable: false, cause: 'refused', reason });

function explain(error: unknown): Answer {
  if (error instanceof MongoServerError) {
    if (error.code === AUTHENTICATION_FAILED) return refused('refused the password: wrong user or password');
    if (error.code === UNAUTHORIZED) return refused('needs a password');
  }
  return unreachable(error);
}
