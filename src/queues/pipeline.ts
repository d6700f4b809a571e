import type { Store } from '../store/store.js';
import type { Queues } from './queues.js';

/** MongoDB, which is true, and Redis, which hints: what producers and consumers work on. */
export interface Pipeline {
  store: Store;
  queues: Queues;
}
