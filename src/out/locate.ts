import type { Stats } from 'node:fs';
import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';

/** Where a path leads. */
export interface Place {
  /** Without links, though nothing need be there yet. */
  real: string;
  /** Of what is there. */
  stats: Stats | undefined;
  /** Where the path names an open file of this process, as `/dev/stdout` and `/dev/fd/63` do. */
  descriptor: number | undefined;
}

/** As many as Linux follows. */
const MAX_LINKS = 40;

/** Follows the links of a path, also those that lead to nothing yet. */
export async function locate(path: string): Promise<Place> {
  // Linux itself follows the path first, and refuses links that another user laid into a folder such as /tmp.
  const stats = await stat(path).catch(unlessAbsent);
  if (stats?.isDirectory()) throw failure('EISDIR', 'it is a folder');
  const descriptors = await realpath('/proc/self/fd').catch(unlessAbsent);
  for (let at = path, links = 0; links <= MAX_LINKS; links++) {
    if (at.endsWith('/')) throw failure('ENOENT', 'there is no such folder');
    const folder = await realpath(dirname(at));
    const real = join(folder, basename(at));
    if (folder === descriptors) {
      if (stats === undefined) throw failure('EBADF', 'no such file is open');
      return { real, stats, descriptor: Number(basename(at)) };
    }
    const link = await readlink(real).catch(unlessNoLink);
    if (link === undefined) return { real, stats, descriptor: undefined };
    at = isAbsolute(link) ? link : `${folder}/${link}`;
  }
  throw failure('ELOOP', 'too many links');
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const unless =
  (...codes: string[]) =>
  (error: unknown): undefined => {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
  };

const unlessAbsent = unless('ENOENT');
/** EINVAL is said of what is there and no link. */
const unlessNoLink = unless('ENOENT', 'EINVAL');

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });
