import { constants, openSync, type Stats, writeFile } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf } from './locate.js';
import type { WriteAll } from './replace-file.js';

const POLL_MS = 100;

/** Into a device or a FIFO. */
export async function specialStream(path: string, stats: Stats): Promise<Writable> {
  if (stats.isFIFO()) return pipeStream(await openFifo(path));
  return (await open(path, constants.O_WRONLY)).createWriteStream();
}

/** Into a file that this process was given open: where it stands, so that `>> file` appends. */
export function descriptorStream(descriptor: number, stats: Stats): Writable | WriteAll {
  if (!stats.isFIFO() && !stats.isSocket()) {
    return async (chunks) => {
      for await (const chunk of chunks) await promisify(writeFile)(descriptor, chunk);
    };
  }
  // Node has made these non-blocking.
  if (descriptor === process.stdout.fd) return process.stdout;
  if (descriptor === process.stderr.fd) return process.stderr;
  return pipeStream(descriptor);
}

const pipeStream = (descriptor: number): Writable => new Socket({ fd: descriptor, readable: false });

/**
 * Waits for a reader without holding a thread, which would keep the process from ending: opening for writing fails until
 * there is one.
 */
async function openFifo(path: string): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) !== 'ENXIO') throw error;
    }
    await sleep(POLL_MS);
  }
}
