import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AquasurfError } from '../errors.js';
import { isLocked } from '../file-lock.js';
import type { ServerKind } from './server-kind.js';
import type { ServiceRecord } from './service-records.js';

const LAST_CHILDREN_MS = 5_000;

/** Children of a server that was killed may need a moment to notice. */
export async function becomesFree(lock: string, signal: AbortSignal | undefined): Promise<boolean> {
  for (let waited = 0; await isLocked(lock); waited += 100) {
    if (waited >= LAST_CHILDREN_MS) return false;
    await sleep(100, undefined, signal ? { signal } : undefined);
  }
  return true;
}

/** Two servers on the same data would destroy them: says who holds them, as far as that is on record. */
export function dataInUse(kind: ServerKind, record: ServiceRecord | undefined, dataDir: string): AquasurfError {
  const [holder] = record?.processes ?? [];
  const who = holder ? `process ${holder.pid} (${record?.program})` : 'a process that is not on record';
  const where = holder?.place ? ` on host ${holder.place.host}, pid namespace ${holder.place.pidNamespace}` : '';
  const since = record?.startedAt ? `, since ${record.startedAt}` : '';
  return new AquasurfError(
    'SERVICE_UNAVAILABLE',
    `the ${kind.title} data in ${join(dataDir, kind.folder)} are in use by ${who}${where}${since}, which cannot be ` +
      'reached from here; end what runs there, or set AQUASURF_DIR to another folder here, or give both the same ' +
      'servers with REDIS_URL and MONGODB_URI',
  );
}
