import type { Tensor, Tf } from '../../domain/operators/types.js';
import type { Conv2DLayer } from './counted-layers.js';

/** Where along one dimension a convolution's windows lie. */
export interface Windows {
  /** Zeros before the first entry and behind the last. */
  before: number;
  after: number;
  /** Number of output positions. */
  count: number;
}

/**
 * TensorFlow's windows: with `same` padding ⌈size/stride⌉ positions and, when the number of zeros is odd, the extra one
 * behind. `compat` gives the original program's: ⌊(kernel - 1)/2⌋ zeros before, whatever the stride, which for strides
 * above 1 is one position off from where the convolution looked.
 */
export function windows(size: number, layer: Conv2DLayer, compat: boolean): Windows {
  const { kernelSize, stride, padding } = layer;
  if (padding === 'valid') return { before: 0, after: 0, count: Math.floor((size - kernelSize) / stride) + 1 };
  const count = Math.ceil(size / stride);
  const span = (count - 1) * stride + kernelSize;
  const zeros = Math.max(0, span - size);
  const before = compat ? Math.floor((kernelSize - 1) / 2) : Math.floor(zeros / 2);
  return { before, after: Math.max(0, span - size - before), count };
}

/** A rectangle of output positions: rows [fromRow, toRow) of the images [fromImage, toImage). */
export interface PatchRange {
  fromImage: number;
  toImage: number;
  fromRow: number;
  toRow: number;
}

/**
 * The vectorised patches [positions, kernel²·channels] that a convolution sees at a range of output positions; within a
 * patch the order is kernel row, kernel column, channel, that of the kernel's weights. To be called inside tf.tidy.
 * @param images the layer's input [N, height, width, channels]
 */
export function patches(tf: Tf, images: Tensor, layer: Conv2DLayer, range: PatchRange, compat: boolean): Tensor {
  const [, height, width, channels] = images.shape as [number, number, number, number];
  const { kernelSize: k, stride } = layer;
  const vertical = windows(height, layer, compat);
  const horizontal = windows(width, layer, compat);
  const count = range.toImage - range.fromImage;
  const rows = range.toRow - range.fromRow;
  const chosen = tf.slice(images, [range.fromImage, 0, 0, 0], [count, height, width, channels]);
  const padded = tf.pad(chosen, [
    [0, 0],
    [vertical.before, vertical.after],
    [horizontal.before, horizontal.after],
    [0, 0],
  ]);
  const shifts: Tensor[] = [];
  for (let row = 0; row < k; row++) {
    for (let column = 0; column < k; column++) {
      const top = range.fromRow * stride + row;
      const begin = [0, top, column, 0];
      const end = [count, top + (rows - 1) * stride + 1, column + (horizontal.count - 1) * stride + 1, channels];
      shifts.push(tf.stridedSlice(padded, begin, end, [1, stride, stride, 1]));
    }
  }
  return tf.reshape(shifts.length === 1 ? shifts[0]! : tf.concat(shifts, 3), [-1, k * k * channels]);
}
