import { existsSync } from 'node:fs';
import { join } from 'node:path';

interface MongodbData {
  folder: string;
  /** What wrote the data; undefined where there are none. Neither can read those of the other. */
  engine: 'mongod' | 'ferretdb' | undefined;
}

/** The data of the MongoDB that aquasurf starts for a data folder. */
export function mongodbData(dataDir: string): MongodbData {
  const folder = join(dataDir, 'mongodb');
  const has = (name: string) => existsSync(join(folder, name));
  return { folder, engine: has('pg') ? 'ferretdb' : has('WiredTiger') ? 'mongod' : undefined };
}
