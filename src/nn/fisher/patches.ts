import type { Tensor, Tf } from '../../domain/operators/types.js';
import type { Geometry } from './counted-layers.js';
import { windows } from './windows.js';

/** A rectangle of output positions: rows [fromRow, toRow) of the images [fromImage, toImage). */
interface PatchRange {
  fromImage: number;
  toImage: number;
  fromRow: number;
  toRow: number;
}

/**
 * For each offset in a window of a convolution (kernel row, kernel column), what it meets at a range of output
 * positions: kernel² tensors [images, rows, columns, channels]. To be called inside tf.tidy.
 * @param images the layer's input [N, height, width, channels]
 */
function shifted(tf: Tf, images: Tensor, layer: Geometry, range: PatchRange, compat: boolean): Tensor[] {
  const [, height, width, channels] = images.shape as [number, number, number, number];
  const { kernelSize: k, stride } = layer;
  const vertical = windows(height, layer, compat);
  const horizontal = windows(width, layer, compat);
  const count = range.toImage - range.fromImage;
  const rows = range.toRow - range.fromRow;
  const chosen = tf.slice(images, [range.fromImage, 0, 0, 0], [count, height, width, channels]);
  const { before, after } = vertical;
  const padded =
    before + after + horizontal.before + horizontal.after === 0
      ? chosen
      : tf.pad(chosen, [
          [0, 0],
          [before, after],
          [horizontal.before, horizontal.after],
          [0, 0],
        ]);
  const shifts: Tensor[] = [];
  for (let row = 0; row < k; row++) {
    for (let column = 0; column < k; column++) {
      const top = range.fromRow * stride + row;
      const begin = [0, top, column, 0];
      if (stride === 1) {
        shifts.push(tf.slice(padded, begin, [count, rows, horizontal.count, channels]));
        continue;
      }
      const end = [count, top + (rows - 1) * stride + 1, column + (horizontal.count - 1) * stride + 1, channels];
      shifts.push(tf.stridedSlice(padded, begin, end, [1, stride, stride, 1]));
    }
  }
  return shifts;
}

/**
 * The vectorised patches [positions, kernel²·channels] that a convolution sees at a range of output positions; within a
 * patch the order is kernel row, kernel column, channel, that of the kernel's weights. To be called inside tf.tidy.
 */
export function patches(tf: Tf, images: Tensor, layer: Geometry, range: PatchRange, compat: boolean): Tensor {
  const shifts = shifted(tf, images, layer, range, compat);
  return tf.reshape(shifts.length === 1 ? shifts[0]! : tf.concat(shifts, 3), [-1, shifts.length * images.shape[3]!]);
}

/**
 * The patches of each channel that a depthwise convolution sees, each a column: [kernel², positions·channels]. To be
 * called inside tf.tidy.
 */
export function channelPatches(tf: Tf, images: Tensor, layer: Geometry, range: PatchRange, compat: boolean): Tensor {
  const shifts = shifted(tf, images, layer, range, compat).map((shift) => tf.reshape(shift, [1, -1]));
  return shifts.length === 1 ? shifts[0]! : tf.concat(shifts, 0);
}

/** Output positions in parts of about so many: several images, or some rows of one. */
export function patchRanges(images: Tensor, layer: Geometry, compat: boolean, positions: number): PatchRange[] {
  const [count, height, width] = images.shape as [number, number, number, number];
  const rows = windows(height, layer, compat).count;
  const columns = windows(width, layer, compat).count;
  const imagesEach = Math.max(1, Math.floor(positions / (rows * columns)));
  const rowsEach = Math.max(1, Math.min(rows, Math.floor(positions / columns)));
  return parts(count, imagesEach).flatMap(([fromImage, toImage]) =>
    parts(rows, rowsEach).map(([fromRow, toRow]) => ({ fromImage, toImage, fromRow, toRow })),
  );
}

/** [0, total) in parts of `size`, the last one perhaps smaller. */
const parts = (total: number, size: number): Array<[number, number]> =>
  Array.from({ length: Math.ceil(total / size) }, (_, i) => [i * size, Math.min(total, (i + 1) * size)]);
