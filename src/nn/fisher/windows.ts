import type { Geometry } from './counted-layers.js';

/** Where along one dimension a convolution's windows lie. */
interface Windows {
  /** Zeros before the first entry. */
  before: number;
  /** Zeros behind the last one that a window covers. */
  after: number;
  /** Number of output positions. */
  count: number;
}

/**
 * TensorFlow's windows: with `same` padding ⌈size/stride⌉ positions and, when the number of zeros is odd, the extra one
 * behind. `compat` gives the original program's: ⌊(kernel - 1)/2⌋ zeros before, whatever the stride, which for strides
 * above 1 is one position off from where the convolution looked.
 */
export function windows(size: number, layer: Geometry, compat: boolean): Windows {
  const { kernelSize, stride, padding } = layer;
  if (padding === 'valid') return { before: 0, after: 0, count: Math.floor((size - kernelSize) / stride) + 1 };
  const count = Math.ceil(size / stride);
  const span = (count - 1) * stride + kernelSize;
  const zeros = Math.max(0, span - size);
  const before = compat ? Math.floor((kernelSize - 1) / 2) : Math.floor(zeros / 2);
  return { before, after: Math.max(0, span - size - before), count };
}

/** [from, to) along one dimension. */
export interface Range {
  from: number;
  to: number;
}

/** Entries of two phase images that a pair of window offsets brings together. */
export interface AxisPair {
  /** Phase image that the first and the second offset read. */
  phases: [number, number];
  /** What the second lies behind the first: entry t of one meets entry t + shift of the other. */
  shift: number;
  /** All t at which both entries are inside the image. */
  all: Range;
  /** Those of them that the windows cover. */
  covered: Range;
}

/**
 * One dimension of a convolution of kernel size k and stride s seen as s phase images of stride 1: entry t of phase r
 * is entry r + s·t of the padded dimension. Offset a of a window reads phase a mod s, and at position i its entry
 * i + ⌊a/s⌋.
 */
export class PhaseAxis {
  readonly windows: Windows;
  /** Number of phases that windows read. */
  readonly phases: number;
  /** Entries of each phase image: those that windows cover, and zeros that keep neighbouring images apart. */
  readonly grid: number;

  constructor(
    readonly size: number,
    readonly layer: Geometry,
    compat: boolean,
  ) {
    const { kernelSize, stride } = layer;
    this.windows = windows(size, layer, compat);
    this.phases = Math.min(stride, kernelSize);
    const { before, after, count } = this.windows;
    // Entries meet at most so far apart. At stride 1 the padding is there as a gap already.
    const reach = Math.ceil(kernelSize / stride) - 1;
    const gap = Math.max(0, reach - (stride === 1 ? before + after : 0));
    this.grid = count + reach + gap;
  }

  /** Entries of the padded dimension that windows cover. */
  get span(): number {
    return (this.windows.count - 1) * this.layer.stride + this.layer.kernelSize;
  }

  pair(first: number, second: number): AxisPair {
    const { stride } = this.layer;
    const phases: [number, number] = [first % stride, second % stride];
    const [from, to] = [Math.floor(first / stride), Math.floor(second / stride)];
    const shift = to - from;
    const [left, right] = [this.inside(phases[0]), this.inside(phases[1])];
    const all = { from: Math.max(left.from, right.from - shift), to: Math.min(left.to, right.to - shift) };
    all.to = Math.max(all.from, all.to);
    return { phases, shift, all, covered: clip({ from, to: from + this.windows.count }, all) };
  }

  /** Entries of a phase image that are entries of the image, and covered by a window. */
  inside(phase: number): Range {
    const { stride, kernelSize } = this.layer;
    const { before, count } = this.windows;
    const last = count + Math.ceil((kernelSize - phase) / stride) - 1;
    const from = Math.ceil((before - phase) / stride);
    const to = Math.ceil((before + this.size - phase) / stride);
    return clip({ from, to }, { from: 0, to: last });
  }
}

function clip({ from, to }: Range, within: Range): Range {
  const begin = Math.min(Math.max(from, within.from), within.to);
  return { from: begin, to: Math.max(begin, Math.min(to, within.to)) };
}
