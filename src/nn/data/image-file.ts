import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { nanoid } from 'nanoid';

/** Grey images of one size with their classes. */
export interface LabelledImages {
  count: number;
  /** Pixels of one image. */
  size: number;
  /** [count, size], 0 to 255. */
  pixels: Uint8Array;
  /** [count] */
  labels: Uint8Array;
}

/**
 * The file: 8 bytes of magic, uint32 little-endian count and size, pixels, labels, SHA-256 of all that is before it.
 */
const MAGIC = Buffer.from('AQIMAGE1');
const HEADER = MAGIC.length + 8;
const DIGEST = 32;

/** Writes the file under another name first, so that it is there whole or not at all. */
export async function writeImageFile(path: string, images: LabelledImages): Promise<void> {
  const header = Buffer.alloc(HEADER);
  MAGIC.copy(header);
  header.writeUInt32LE(images.count, MAGIC.length);
  header.writeUInt32LE(images.size, MAGIC.length + 4);
  const parts = [header, images.pixels, images.labels];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const partial = `${path}.${nanoid(8)}.partial`;
  try {
    await writeFile(partial, Buffer.concat([...parts, hash.digest()]));
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

/** The images of a file, or undefined if it is missing, cut off or damaged. */
export async function readImageFile(path: string): Promise<LabelledImages | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch {
    return undefined;
  }
  if (bytes.length < HEADER + DIGEST || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const count = bytes.readUInt32LE(MAGIC.length);
  const size = bytes.readUInt32LE(MAGIC.length + 4);
  const end = HEADER + count * (size + 1);
  if (bytes.length !== end + DIGEST) return undefined;
  const digest = createHash('sha256').update(bytes.subarray(0, end)).digest();
  if (!digest.equals(bytes.subarray(end))) return undefined;
  return { count, size, pixels: bytes.subarray(HEADER, end - count), labels: bytes.subarray(end - count, end) };
}
