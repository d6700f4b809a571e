import { endianness } from 'node:os';
import { Binary } from 'mongodb';

/**
 * Vectors as plain little-endian binaries, so that any language reads them (not BSON's vector subtype, whose header
 * only some drivers know).
 */
const BIG_ENDIAN = endianness() === 'BE';

export function packVector(values: Float32Array | Uint16Array): Binary {
  const bytes = Buffer.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return new Binary(swapped(bytes, values.BYTES_PER_ELEMENT));
}

export function unpackFloat32(binary: Binary): Float32Array {
  return new Float32Array(aligned(binary, 4));
}

export function unpackUint16(binary: Binary): Uint16Array {
  return new Uint16Array(aligned(binary, 2));
}

/** A copy that starts a buffer of its own: the driver's bytes lie anywhere inside a larger one. */
function aligned(binary: Binary, width: number): ArrayBuffer {
  return new Uint8Array(swapped(Buffer.from(binary.value()), width)).buffer;
}

function swapped(bytes: Buffer, width: number): Buffer {
  if (!BIG_ENDIAN) return bytes;
  return width === 4 ? bytes.swap32() : bytes.swap16();
}
