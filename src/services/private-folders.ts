import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AquasurfError, errorLine } from '../errors.js';

/** What lies in a data folder: records and logs, and the data of each server, whose folder its start makes. */
const INSIDE = ['services', 'redis', 'mongodb'];
const OTHERS = 0o077;

/**
 * Makes the data folder, open to its owner only, and closes what an earlier version left open. A folder that somebody
 * named and that holds other things keeps its mode; what is ours in it is closed all the same.
 * @throws AquasurfError CONFIG_INVALID
 */
export async function makePrivateFolders(dataDir: string, notify: (line: string) => void): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const ours = basename(dataDir) === '.aquasurf' || (await readdir(dataDir)).every((name) => INSIDE.includes(name));
    if (ours) await close(dataDir, notify);
    await mkdir(join(dataDir, 'services'), { recursive: true, mode: 0o700 });
    for (const name of INSIDE) await close(join(dataDir, name), notify);
  } catch (error) {
    const message = `the folder ${dataDir} for our own servers cannot be made: ${errorLine(error)}; set AQUASURF_DIR to one that can`;
    throw new AquasurfError('CONFIG_INVALID', message, { cause: error });
  }
}

async function close(folder: string, notify: (line: string) => void): Promise<void> {
  const mode = async () => ((await stat(folder).catch(() => undefined))?.mode ?? 0) & OTHERS;
  if ((await mode()) === 0) return;
  await chmod(folder, 0o700).catch(() => undefined);
  // A file system without modes, or a folder of somebody else.
  if ((await mode()) !== 0)
    notify(`${folder} cannot be closed to other users of this machine: they can read what is in it`);
}
