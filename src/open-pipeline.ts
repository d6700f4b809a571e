import type { Pipeline } from './queues/pipeline.js';
import { Queues, queuePrefix } from './queues/queues.js';
import { openStore } from './store/store.js';

export interface Addresses {
  redisUrl: string;
  mongodbUri: string;
  /** See `redisConnection`. @defaultValue false */
  withoutInfo?: boolean | undefined;
}

/**
 * Connects to MongoDB and Redis.
 * @param onRefusal told why each time that Redis refuses a command for now
 * @throws AquasurfError SERVICE_UNAVAILABLE
 */
export async function openPipeline(
  addresses: Addresses,
  onRefusal?: (reason: string) => void,
): Promise<Pipeline & { close: () => Promise<void> }> {
  const store = await openStore({ uri: addresses.mongodbUri });
  const queues = new Queues({
    redisUrl: addresses.redisUrl,
    prefix: queuePrefix(store.database),
    withoutInfo: addresses.withoutInfo,
    ...(onRefusal ? { onRefusal } : {}),
  });
  return {
    store,
    queues,
    close: async () => {
      await queues.close();
      await store.close();
    },
  };
}
