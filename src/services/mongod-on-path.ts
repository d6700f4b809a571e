import { mongodVersion, startMongod } from './mongod.js';
import type { ServerSource } from './server-source.js';

/** The mongod that is installed on this machine. */
export const mongodOnPath: ServerSource = {
  plan: async () => ({ does: `start mongod ${await mongodVersion('mongod')}`, provides: false }),
  start: (context) => startMongod('mongod', context),
};
