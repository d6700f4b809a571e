import type { SimilarityCurve } from './similarity-curve.js';

/** Squared distances covered are 2^-40 to 2^24; others are taken as the nearest covered one. */
const LOWEST_EXPONENT = -40;
const HIGHEST_EXPONENT = 24;
/** Leading mantissa bits that choose the entry, and those that place x between it and the next. */
const ENTRY_BITS = 6;
const FRACTION_BITS = 20 - ENTRY_BITS;
/** Of the exponent of a double. */
const BIAS = 1023;
/** Keeps the push of a near point finite. */
const NEAR = 0.001;

/** Position of the first entry among all that the leading 32 bits of a double can choose. */
export const FIRST_ENTRY = (LOWEST_EXPONENT + BIAS) << ENTRY_BITS;
/** Entries of a table. */
export const ENTRIES = (HIGHEST_EXPONENT - LOWEST_EXPONENT) << ENTRY_BITS;
export const FORCE_FRACTION_BITS = FRACTION_BITS;

/**
 * A function of the squared distance s by linear interpolation between 64 values an octave: entry i has its value and
 * its rise to the next entry. The layout takes a force for every draw and push, and powers and divisions would bound it.
 */
export type ForceTable = Float64Array;

/**
 * The forces of UMAP's layout as factors of the difference of two points, s their squared distance (arXiv 1802.03426,
 * section 3.2): the pull of an edge -2ab·s^(b-1)/(1 + a·s^b), and the push 2b/((0.001 + s)(1 + a·s^b)). Relative error
 * below 2e-4 within 2^-40 to 2^24. Beyond it the distance is less than 1e-6, where no point can be told from another, or
 * more than 4,096, where layouts do not reach.
 */
export function forceTables({ a, b }: SimilarityCurve): { pull: ForceTable; push: ForceTable } {
  const pull = (s: number): number => (-2 * a * b * s ** (b - 1)) / (1 + a * s ** b);
  const push = (s: number): number => (2 * b) / ((NEAR + s) * (1 + a * s ** b));
  return { pull: tabulate(pull), push: tabulate(push) };
}

function tabulate(force: (square: number) => number): ForceTable {
  const perOctave = 2 ** ENTRY_BITS;
  const at = (i: number): number =>
    force(2 ** (LOWEST_EXPONENT + Math.floor(i / perOctave)) * (1 + (i % perOctave) / perOctave));
  const table = new Float64Array(2 * (ENTRIES + 1));
  for (let i = 0; i < ENTRIES; i++) table.set([at(i), at(i + 1) - at(i)], 2 * i);
  table.set([at(ENTRIES), 0], 2 * ENTRIES);
  return table;
}

/** Looks squared distances up in force tables. */
export class ForceLookup {
  private readonly double = new Float64Array(1);
  private readonly words = new Uint32Array(this.double.buffer);
  private readonly upper: number;

  constructor() {
    this.double[0] = 1;
    this.upper = this.words[1] === BIAS << 20 ? 1 : 0;
  }

  /** @param square at least 0, finite */
  force(table: ForceTable, square: number): number {
    this.double[0] = square;
    const word = this.words[this.upper]!;
    const entry = (word >>> FRACTION_BITS) - FIRST_ENTRY;
    if (entry < 0) return table[0]!;
    if (entry >= ENTRIES) return table[2 * ENTRIES]!;
    const fraction = (word & ((1 << FRACTION_BITS) - 1)) / (1 << FRACTION_BITS);
    return table[2 * entry]! + fraction * table[2 * entry + 1]!;
  }
}
