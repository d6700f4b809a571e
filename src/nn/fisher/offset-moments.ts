import type { Tensor, Tf } from '../../domain/operators/types.js';
import type { Geometry } from './counted-layers.js';
import { addMoments, MomentSums } from './moments.js';
import { type AxisPair, PhaseAxis, type Range } from './windows.js';

/** Both dimensions of a convolution's input, and its phase images, each [N·grid·grid, channels]. */
interface Phases {
  tf: Tf;
  vertical: PhaseAxis;
  horizontal: PhaseAxis;
  count: number;
  channels: number;
  images: Tensor[][];
}

/**
 * Σ p pᵀ over the vectorised patches p of a convolution's input (kernel row, kernel column, channel), without making the
 * patches. The block of two kernel offsets is Σ x(u) x(u + d)ᵀ over the entries u that the first offset meets; d is
 * their difference, and only at the borders do the entries depend on more than d. So for each difference one product is
 * made over the whole image, 13 of channels × channels instead of 45 for a 3×3 kernel, and from it each block takes
 * away what lies outside its windows: strips along the borders, whose products are small. With a stride s, the s² phase
 * images (every s-th entry) are convolved with stride 1, and the difference goes with the pair of phases.
 *
 * Taking away loses no digits that count: no entry of the image is outside of all windows, so that the largest
 * eigenvalue is at least 1/k² of the whole product.
 * @param images [N, height, width, channels]
 * @returns row-major, k²·channels square
 */
export async function offsetMoments(tf: Tf, images: Tensor, layer: Geometry, compat: boolean): Promise<Float64Array> {
  const phases = phaseImages(tf, images, layer, compat);
  try {
    return await assemble(phases, layer.kernelSize);
  } finally {
    tf.dispose(phases.images.flat());
  }
}

async function assemble(phases: Phases, k: number): Promise<Float64Array> {
  const { channels, vertical, horizontal } = phases;
  const size = k * k * channels;
  const matrix = new Float64Array(size * size);
  const differences = new Map<string, Difference>();
  for (let first = 0; first < k * k; first++) {
    for (let second = first; second < k * k; second++) {
      const y = vertical.pair(Math.floor(first / k), Math.floor(second / k));
      const x = horizontal.pair(first % k, second % k);
      const key = [y.phases, y.shift, x.phases, x.shift].join();
      const difference = differences.get(key) ?? new Difference(phases, y, x);
      differences.set(key, difference);
      const block = await difference.block(y, x);
      for (let i = 0; i < channels; i++) {
        for (let j = 0; j < channels; j++) {
          const value = block[i * channels + j]!;
          const [row, column] = [first * channels + i, second * channels + j];
          matrix[row * size + column] = value;
          matrix[column * size + row] = value;
        }
      }
    }
  }
  return matrix;
}

/** Number of channels × channels products that `offsetMoments` makes over the whole image, and the rows of each. */
export function offsetCost(height: number, width: number, layer: Geometry, compat: boolean) {
  const [vertical, horizontal] = [new PhaseAxis(height, layer, compat), new PhaseAxis(width, layer, compat)];
  const keys = new Set<string>();
  for (let first = 0; first < layer.kernelSize ** 2; first++) {
    for (let second = first; second < layer.kernelSize ** 2; second++) {
      const y = vertical.pair(Math.floor(first / layer.kernelSize), Math.floor(second / layer.kernelSize));
      const x = horizontal.pair(first % layer.kernelSize, second % layer.kernelSize);
      keys.add([y.phases, y.shift, x.phases, x.shift].join());
    }
  }
  return { products: keys.size, rows: vertical.grid * horizontal.grid };
}

/** Products Σ x(u) x(u + d)ᵀ of one difference d over the rectangles u that blocks need, each made once. */
class Difference {
  readonly #made = new Map<string, Promise<Float64Array>>();

  constructor(
    private readonly phases: Phases,
    private readonly y: AxisPair,
    private readonly x: AxisPair,
  ) {}

  /** Over the covered rectangle: all, less the strips outside, plus the corners that were taken away twice. */
  async block(y: AxisPair, x: AxisPair): Promise<Float64Array> {
    const whole = await this.#product(y.all, x.all);
    const block = whole.slice();
    const add = async (rows: Range, columns: Range, sign: number) => {
      if (rows.from === rows.to || columns.from === columns.to) return;
      const product = await this.#product(rows, columns);
      for (let i = 0; i < block.length; i++) block[i] = block[i]! + sign * product[i]!;
    };
    for (const rows of outside(y)) await add(rows, x.all, -1);
    for (const columns of outside(x)) await add(y.all, columns, -1);
    for (const rows of outside(y)) for (const columns of outside(x)) await add(rows, columns, 1);
    return block;
  }

  #product(rows: Range, columns: Range): Promise<Float64Array> {
    const key = [rows.from, rows.to, columns.from, columns.to].join();
    const { all: allRows } = this.y;
    const { all: allColumns } = this.x;
    const isWhole = [allRows.from, allRows.to, allColumns.from, allColumns.to].join() === key;
    const made = this.#made.get(key) ?? (isWhole ? this.#whole() : this.#rectangle(rows, columns));
    this.#made.set(key, made);
    return made;
  }

  get #pair(): [Tensor, Tensor] {
    const { images } = this.phases;
    return [images[this.y.phases[0]]![this.x.phases[0]]!, images[this.y.phases[1]]![this.x.phases[1]]!];
  }

  /** Entries d apart are a fixed number of rows apart; what is not in the same image meets a zero. */
  async #whole(): Promise<Float64Array> {
    const { tf, horizontal, channels } = this.phases;
    const [left, right] = this.#pair;
    const apart = this.y.shift * horizontal.grid + this.x.shift;
    const into = new MomentSums(channels);
    const first: [number, number] = [Math.max(0, -apart), Math.max(0, apart)];
    await addMoments(tf, into, left, right, { rows: left.shape[0]! - Math.abs(apart), first });
    return into.products;
  }

  async #rectangle(rows: Range, columns: Range): Promise<Float64Array> {
    const { tf, vertical, horizontal, count, channels } = this.phases;
    const shape = [count, vertical.grid, horizontal.grid, channels];
    const size = [count, rows.to - rows.from, columns.to - columns.from, channels];
    const [left, right] = this.#pair;
    const cut = (tensor: Tensor, down: number, across: number) =>
      tf.tidy(() => {
        const begin = [0, rows.from + down, columns.from + across, 0];
        return tf.reshape(tf.slice(tf.reshape(tensor, shape), begin, size), [-1, channels]) as Tensor;
      });
    const l = cut(left, 0, 0);
    const r = cut(right, this.y.shift, this.x.shift);
    const into = new MomentSums(channels);
    await addMoments(tf, into, l, r, { rows: l.shape[0]! });
    tf.dispose([l, r]);
    return into.products;
  }
}

const outside = ({ all, covered }: AxisPair): Range[] =>
  [
    { from: all.from, to: covered.from },
    { from: covered.to, to: all.to },
  ].filter(({ from, to }) => to > from);

function phaseImages(tf: Tf, images: Tensor, layer: Geometry, compat: boolean): Phases {
  const [count, height, width, channels] = images.shape as [number, number, number, number];
  const vertical = new PhaseAxis(height, layer, compat);
  const horizontal = new PhaseAxis(width, layer, compat);
  const { stride } = layer;
  const made = tf.tidy(() => {
    const [down, across] = [vertical, horizontal].map((axis) => {
      const { before } = axis.windows;
      const size = Math.min(axis.size, axis.span - before);
      return { size, padding: [before, stride * axis.grid - before - size] as [number, number] };
    }) as [Placed, Placed];
    const cut = tf.slice(images, [0, 0, 0, 0], [count, down.size, across.size, channels]);
    const padded = tf.pad(cut, [[0, 0], down.padding, across.padding, [0, 0]]);
    const phase = (row: number, column: number) => {
      const end = [count, stride * vertical.grid, stride * horizontal.grid, channels];
      const one = stride === 1 ? padded : tf.stridedSlice(padded, [0, row, column, 0], end, [1, stride, stride, 1]);
      return tf.keep(tf.reshape(one, [-1, channels])) as Tensor;
    };
    return Array.from({ length: vertical.phases }, (_, row) =>
      Array.from({ length: horizontal.phases }, (_, column) => phase(row, column)),
    );
  });
  return { tf, vertical, horizontal, count, channels, images: made };
}

interface Placed {
  size: number;
  padding: [number, number];
}
