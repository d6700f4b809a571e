import type { Config } from '../../config.js';
import type { Answer, Demands, ServerAddress, ServerKind } from '../../services/server-kind.js';
import { listens } from '../../services/server-process.js';
import { ServiceRecords } from '../../services/service-records.js';

/** Where a server was looked for last, and what it answered. */
export interface Location {
  url: string;
  origin: 'url' | 'localhost' | 'started';
  answer: Answer;
}

const TIMEOUT_MS = 3_000;

/**
 * Looks for one server where the program itself would look (the URL in `config`, localhost, one that aquasurf started
 * for this folder), starts nothing, and leaves no trace.
 */
export async function locateService(kind: ServerKind, config: Config): Promise<Location> {
  const named = kind.name === 'redis' ? config.redisUrl : config.mongodbUri;
  if (named !== undefined) {
    const reason = kind.fault(named);
    const answer = reason === undefined ? await kind.ask(named, TIMEOUT_MS, config) : refused(reason);
    return { url: named, origin: 'url', answer };
  }
  const local: Location = {
    url: kind.url(kind.defaultPort),
    origin: 'localhost',
    answer: await ask(kind, { port: kind.defaultPort }, config),
  };
  if (local.answer.usable) return local;
  const record = await new ServiceRecords(config.dataDir).read(kind.name);
  if (!record) return local;
  const answer = await ask(kind, record, config);
  return answer.usable ? { url: kind.url(record.port, record.password), origin: 'started', answer } : local;
}

const refused = (reason: string): Answer => ({ usable: false, cause: 'refused', reason });

/** Knocks first: MongoDB's driver waits for a server where none listens. */
async function ask(kind: ServerKind, address: ServerAddress, demands: Demands): Promise<Answer> {
  if (await listens(address.port)) return kind.ask(kind.url(address.port, address.password), TIMEOUT_MS, demands);
  return { usable: false, cause: 'unreachable', reason: 'cannot be reached: nothing listens there' };
}
