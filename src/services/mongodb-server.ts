import { mongodbUriFault } from '../store/mongo/mongodb-uri.js';
import { ferretdb } from './ferretdb.js';
import { mongodDownloaded } from './mongod-downloaded.js';
import { mongodOnPath } from './mongod-on-path.js';
import { askMongodb, OLDEST_MONGODB } from './mongodb-answer.js';
import { mongodbData } from './mongodb-data.js';
import { mongodbUrl } from './mongodb-user.js';
import type { ServerKind } from './server-kind.js';
import { type ServerSource, unavailable } from './server-source.js';

const MONGODS = [mongodOnPath, mongodDownloaded];

export const mongodb: ServerKind = {
  name: 'mongodb',
  title: 'MongoDB',
  variable: 'MONGODB_URI',
  defaultPort: 27017,
  folder: 'mongodb',
  url: mongodbUrl,
  fault: mongodbUriFault,
  ask: askMongodb,
  programs: [
    { name: 'mongod', folder: 'mongodb', stopSignal: 'SIGTERM' },
    { name: 'ferretdb', folder: 'mongodb/gateway', stopSignal: 'SIGTERM' },
    { name: 'postgres', folder: 'mongodb/pg', stopSignal: 'SIGINT' },
  ],
  sources: (dataDir) => {
    const { folder, engine } = mongodbData(dataDir);
    if (engine === 'mongod')
      return [...MONGODS, never(`the data in ${folder} are mongod's, FerretDB cannot read them`)];
    if (engine === 'ferretdb')
      return [ferretdb, never(`the data in ${folder} are FerretDB's, mongod cannot read them`)];
    return [...MONGODS, ferretdb];
  },
  waysByHand: [
    'set MONGODB_URI to mongodb://[user:password@]host:port/database',
    `install MongoDB ${OLDEST_MONGODB} or newer so that mongod is on PATH, or name it in MONGOMS_SYSTEM_BINARY`,
    'let aquasurf download it (MONGOMS_DOWNLOAD_MIRROR names another host)',
    'as root on Debian, let aquasurf build FerretDB',
  ],
};

/** Stands for the servers that must not be tried. */
const never = (reason: string): ServerSource => {
  const refuse = () => Promise.reject(unavailable(reason));
  return { plan: refuse, start: refuse };
};
