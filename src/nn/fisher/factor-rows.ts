import type { Tensor, Tf } from '../../domain/operators/types.js';
import type { Geometry } from './counted-layers.js';
import { addMoments, MomentSums, PIECE_ROWS } from './moments.js';
import { offsetCost, offsetMoments } from './offset-moments.js';
import { channelPatches, patches, patchRanges } from './patches.js';
import { windows } from './windows.js';

/** The rows r whose outer products make up a Kronecker factor; a matrix that is never held whole where it is large. */
export interface FactorRows {
  rows: number;
  columns: number;
  /** All that the entries are taken from: its largest magnitude bounds theirs. */
  values: Tensor;
  /** Σ r rᵀ, row-major, and Σ r. */
  moments(): Promise<{ products: Float64Array; sums: Float64Array }>;
  /** All rows [rows, columns], where there are few; to be called inside tf.tidy. */
  matrix(): Tensor;
  /** The same rows of other values of the same shape. */
  of(values: Tensor): FactorRows;
}

/** The rows of a tensor [..., columns], every dimension but the last counted. */
export function denseRows(tf: Tf, values: Tensor): FactorRows {
  const columns = values.shape.at(-1)!;
  const rows = values.size / columns;
  return {
    rows,
    columns,
    values,
    async moments() {
      const sums = new MomentSums(columns);
      const flat = tf.reshape(values, [rows, columns]) as Tensor;
      await addMoments(tf, sums, flat, flat, { rows, sums: true });
      flat.dispose();
      return sums;
    },
    matrix: () => tf.reshape(values, [rows, columns]),
    of: (other) => denseRows(tf, other),
  };
}

/**
 * The vectorised patches of a convolution's input at every output position.
 * @param scheme how their second moment is made: from the patches, piece by piece, or without them (offset-moments.ts).
 *   @defaultValue what is cheaper
 */
export function patchRows(
  tf: Tf,
  images: Tensor,
  layer: Geometry,
  compat: boolean,
  scheme: 'patches' | 'offsets' = cheaperScheme(images, layer, compat),
): FactorRows {
  const [count, height, width, channels] = images.shape as [number, number, number, number];
  const [down, across] = [windows(height, layer, compat).count, windows(width, layer, compat).count];
  const columns = layer.kernelSize ** 2 * channels;
  const fromPatches = async () => {
    const sums = new MomentSums(columns);
    for (const range of patchRanges(images, layer, compat, PIECE_ROWS)) {
      const piece = tf.tidy(() => patches(tf, images, layer, range, compat));
      await addMoments(tf, sums, piece, piece, { rows: piece.shape[0]!, sums: true });
      piece.dispose();
    }
    return sums;
  };
  const fromOffsets = async () => ({
    products: await offsetMoments(tf, images, layer, compat),
    sums: await patchSums(tf, images, layer, compat),
  });
  return {
    rows: count * down * across,
    columns,
    values: images,
    moments: scheme === 'patches' ? fromPatches : fromOffsets,
    matrix: () => patches(tf, images, layer, { fromImage: 0, toImage: count, fromRow: 0, toRow: down }, compat),
    of: (other) => patchRows(tf, other, layer, compat, scheme),
  };
}

/** The k×k patches of each channel of a depthwise convolution's input at every output position. */
export function channelPatchRows(tf: Tf, images: Tensor, layer: Geometry, compat: boolean): FactorRows {
  const [count, height, width, channels] = images.shape as [number, number, number, number];
  const [down, across] = [windows(height, layer, compat).count, windows(width, layer, compat).count];
  const columns = layer.kernelSize ** 2;
  return {
    rows: count * down * across * channels,
    columns,
    values: images,
    async moments() {
      const into = new MomentSums(columns);
      for (const range of patchRanges(images, layer, compat, Math.ceil((16 * PIECE_ROWS) / channels))) {
        const [product, sum] = tf.tidy((): [Tensor, Tensor] => {
          const piece = channelPatches(tf, images, layer, range, compat);
          return [tf.matMul(piece, piece, false, true), tf.sum(piece, 1)];
        });
        for (const [sums, tensor] of [
          [into.products, product],
          [into.sums, sum],
        ] as const) {
          const values = await tensor.data();
          for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + values[i]!;
        }
        tf.dispose([product, sum]);
      }
      return into;
    },
    matrix: () =>
      tf.transpose(
        channelPatches(tf, images, layer, { fromImage: 0, toImage: count, fromRow: 0, toRow: down }, compat),
      ),
    of: (other) => channelPatchRows(tf, other, layer, compat),
  };
}

/** Σ p over the vectorised patches p: sums of the image that all examples add up to, over each offset's windows. */
async function patchSums(tf: Tf, images: Tensor, layer: Geometry, compat: boolean): Promise<Float64Array> {
  const [, height, width, channels] = images.shape as [number, number, number, number];
  const { kernelSize: k, stride } = layer;
  const [vertical, horizontal] = [windows(height, layer, compat), windows(width, layer, compat)];
  const total = tf.sum(images, 0);
  const image = await total.data();
  total.dispose();
  const sums = new Float64Array(k * k * channels);
  for (let offset = 0; offset < k * k; offset++) {
    for (let i = 0; i < vertical.count; i++) {
      const y = i * stride + Math.floor(offset / k) - vertical.before;
      if (y < 0 || y >= height) continue;
      for (let j = 0; j < horizontal.count; j++) {
        const x = j * stride + (offset % k) - horizontal.before;
        if (x < 0 || x >= width) continue;
        const [from, into] = [(y * width + x) * channels, offset * channels];
        for (let c = 0; c < channels; c++) sums[into + c] = sums[into + c]! + image[from + c]!;
      }
    }
  }
  return sums;
}

/** Microseconds, measured (docs/fisher.md): an operation's overhead, 1,000 copied numbers, 10⁶ multiplications. */
const COST = { operation: 60, copy: 1.5, multiply: 14 };
/** matMul is half as fast as it can be at so few columns. */
const HALF_SPEED_COLUMNS = 48;

function cheaperScheme(images: Tensor, layer: Geometry, compat: boolean): 'patches' | 'offsets' {
  const [count, height, width, channels] = images.shape as [number, number, number, number];
  if (layer.kernelSize === 1) return 'patches';
  const positions = count * windows(height, layer, compat).count * windows(width, layer, compat).count;
  const columns = layer.kernelSize ** 2 * channels;
  const product = (rows: number, size: number) =>
    ((rows * size * size) / 1e6) * COST.multiply * (1 + HALF_SPEED_COLUMNS / size);
  const pieces = positions / PIECE_ROWS;
  const plain =
    product(positions, columns) +
    (positions * columns * COST.copy) / 1e3 +
    pieces * (layer.kernelSize ** 2 + 2) * COST.operation;
  const { products, rows } = offsetCost(height, width, layer, compat);
  const strips = 4 * products;
  const border = (count * (height + width) * layer.kernelSize) / 2;
  const offsets =
    products * product(count * rows, channels) +
    strips * (product(border, channels) + (2 * border * channels * COST.copy) / 1e3 + 5 * COST.operation) +
    (2 * count * rows * channels * COST.copy) / 1e3;
  return offsets < plain ? 'offsets' : 'patches';
}
