import type { Tensor, Tf } from '../../domain/operators/types.js';
import type { Conv2DLayer } from './counted-layers.js';
import { type PatchRange, patches, windows } from './patches.js';

/** A tall matrix that is made piece by piece. */
export interface RowSource {
  rows: number;
  columns: number;
  /** Everything that the entries are taken from: its largest magnitude bounds theirs. */
  values: Tensor;
  /** Pieces that follow one another, each a function that makes its tensor [some rows, columns], inside tf.tidy. */
  pieces: Array<() => Tensor>;
}

/** Rows of a piece, about: enough for matMul to be fast, few enough for float32 sums and for memory. */
const PIECE_ROWS = 4096;

/** The rows of a tensor [..., columns], every dimension but the last counted. */
export function denseRows(tf: Tf, tensor: Tensor, pieceRows = PIECE_ROWS): RowSource {
  const columns = tensor.shape.at(-1)!;
  const rows = tensor.size / columns;
  const pieces = ranges(rows, pieceRows).map(
    ([from, to]) =>
      () =>
        tf.slice(tf.reshape(tensor, [rows, columns]), [from, 0], [to - from, columns]),
  );
  return { rows, columns, values: tensor, pieces };
}

/** The patches of a convolution's input at every output position; few images or, of large ones, few rows a piece. */
export function patchRows(
  tf: Tf,
  images: Tensor,
  layer: Conv2DLayer,
  compat: boolean,
  pieceRows = PIECE_ROWS,
): RowSource {
  const [count, height, width, channels] = images.shape as [number, number, number, number];
  const outRows = windows(height, layer, compat).count;
  const outColumns = windows(width, layer, compat).count;
  const imagesPerPiece = Math.max(1, Math.floor(pieceRows / (outRows * outColumns)));
  const rowsPerPiece = Math.max(1, Math.min(outRows, Math.floor(pieceRows / outColumns)));
  const pieces = ranges(count, imagesPerPiece).flatMap(([fromImage, toImage]) =>
    ranges(outRows, rowsPerPiece).map(([fromRow, toRow]) => {
      const range: PatchRange = { fromImage, toImage, fromRow, toRow };
      return () => patches(tf, images, layer, range, compat);
    }),
  );
  return {
    rows: count * outRows * outColumns,
    columns: layer.kernelSize ** 2 * channels,
    values: images,
    pieces,
  };
}

/** [0, total) in parts of `size`, the last one perhaps smaller. */
const ranges = (total: number, size: number): Array<[number, number]> =>
  Array.from({ length: Math.ceil(total / size) }, (_, i) => [i * size, Math.min(total, (i + 1) * size)]);
