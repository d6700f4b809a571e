import { Readable, type Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { codeOf, locate } from './locate.js';
import { mayWrite, replaceFile, type WriteAll } from './replace-file.js';
import { descriptorStream, specialStream } from './special-file.js';
import { unwritable } from './unwritable.js';

/** Text, bytes, or parts of a text as they come. */
type Content = string | Uint8Array | Iterable<string>;

/**
 * Writes to a path that a person named. A file is there when it is complete, else what was there before; whose
 * permissions, owner and group it keeps (not its ACL). Links are followed. What is no regular file (a device, a FIFO,
 * `/dev/stdout`, `/dev/fd/63`) is written into, never replaced.
 * @param through what the content passes on its way, such as gzip
 * @throws AquasurfError FAILED where it cannot be written
 */
export async function writeOut(path: string, content: Content, ...through: Transform[]): Promise<void> {
  const source = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  const pour = (target: Writable | WriteAll) => {
    const end = target !== process.stdout && target !== process.stderr;
    return pipeline([Readable.from(source), ...through, target as Writable], { end });
  };
  try {
    const { real, stats, descriptor } = await locate(path);
    if (stats === undefined || (stats.isFile() && descriptor === undefined)) await replaceFile(real, stats, pour);
    else if (descriptor === undefined) await pour(await specialStream(real, stats));
    else await pour(descriptorStream(descriptor, stats));
  } catch (error) {
    // Whoever reads a pipe wants no more, as after `| head -1`.
    if (codeOf(error) === 'EPIPE') return;
    throw unwritable(path, error);
  }
}

/**
 * Finds before the work what would keep `writeOut` from writing there after it.
 * @throws AquasurfError FAILED
 */
export async function checkOut(path: string): Promise<void> {
  try {
    const { real, stats, descriptor } = await locate(path);
    if (descriptor === undefined) await mayWrite(real, stats);
  } catch (error) {
    throw unwritable(path, error);
  }
}
