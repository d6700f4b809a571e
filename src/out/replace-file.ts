import { constants, createReadStream, rmSync, type Stats } from 'node:fs';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nanoid } from 'nanoid';
import { codeOf } from './locate.js';

/** Hands the content over. */
type Pour = (write: WriteAll) => Promise<unknown>;

/** Writes all chunks. A stream of an open file would not do: one that leaves the file open never says that it is done. */
export type WriteAll = (chunks: AsyncIterable<string | Uint8Array>) => Promise<void>;

interface Draft {
  path: string;
  handle: FileHandle;
}

/**
 * Why a file that may be written cannot be replaced: its folder may not be written, its owner cannot be kept, it is a
 * mount of its own (a single file given to a container), it lies in /proc.
 */
const NOT_REPLACEABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'ENOENT']);

/**
 * Writes a draft in the file's folder and renames it into its place when it is complete and on the disk. A file with
 * several names (hard links) and one that cannot be replaced are written in place: all names go on naming one file, but
 * a failure then leaves it incomplete.
 * @param path without links
 * @param stats of the file that is there
 */
export async function replaceFile(path: string, stats: Stats | undefined, pour: Pour): Promise<void> {
  await mayWrite(path, stats);
  const draft = stats !== undefined && stats.nlink > 1 ? undefined : await openDraft(path, stats);
  if (draft === undefined) return overwrite(path, pour);
  // Ctrl-C ends the process while it writes.
  const discard = () => rmSync(draft.path, { force: true });
  process.once('exit', discard);
  try {
    await pourOnDisk(draft.handle, pour);
    await rename(draft.path, path).catch(async (error) => {
      if (!isNotReplaceable(error, stats)) throw error;
      await overwrite(path, (write) => write(createReadStream(draft.path)));
    });
  } finally {
    await rm(draft.path, { force: true });
    process.off('exit', discard);
  }
}

/** A rename asks for rights on the folder only: a file that is there must be writable itself. */
export async function mayWrite(path: string, stats: Stats | undefined): Promise<void> {
  await access(stats === undefined ? dirname(path) : path, constants.W_OK);
}

/** @returns undefined where the file that is there cannot be replaced */
async function openDraft(path: string, stats: Stats | undefined): Promise<Draft | undefined> {
  const draft = join(dirname(path), `.aquasurf-${nanoid(12)}`);
  let handle: FileHandle | undefined;
  try {
    // What only its owner may read is at no time readable by others.
    handle = await open(draft, 'wx', stats === undefined ? 0o666 : 0o600);
    if (stats !== undefined) await resemble(handle, stats);
    return { path: draft, handle };
  } catch (error) {
    if (handle !== undefined) await Promise.all([handle.close(), rm(draft, { force: true })]);
    if (isNotReplaceable(error, stats)) return undefined;
    throw error;
  }
}

/** Owner and group first: changing them takes the set-id bits away. */
async function resemble(handle: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid);
  if (own.mode !== mode) await handle.chmod(mode & 0o7777);
}

async function overwrite(path: string, pour: Pour): Promise<void> {
  await pourOnDisk(await open(path, constants.O_WRONLY | constants.O_TRUNC), pour);
}

async function pourOnDisk(handle: FileHandle, pour: Pour): Promise<void> {
  try {
    await pour(async (chunks) => {
      for await (const chunk of chunks) await handle.writeFile(chunk);
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const isNotReplaceable = (error: unknown, stats: Stats | undefined): boolean =>
  stats !== undefined && NOT_REPLACEABLE.has(codeOf(error) ?? '');
