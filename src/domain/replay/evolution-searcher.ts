import { formatExpression, parseExpression } from '../expression/expression.js';
import { canonicalHash } from '../features/canonical-hash.js';
import { outputFeatures } from '../features/output-features.js';
import { ALL_OPERATORS, STANDARD_OPERATORS } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';
import type { SeededRandom } from '../random/seeded-random.js';
import { mutate } from '../surrogate/mutate.js';
import { drawWaiting, type ReplayState, type Searcher, WAITING } from './searcher.js';

/** The P youngest functions are the population, S of them at random meet in a tournament (PANGAEA, section 4). */
const POPULATION = 64;
const TOURNAMENT = 16;
/** Children that may lie outside the table, or be known, before a random function is taken. */
const ATTEMPTS = 200;

/** A table that evolution moves in. */
export interface FunctionTable {
  readonly names: readonly string[];
  /** Row of each canonical hash. */
  readonly rowOf: ReadonlyMap<string, number>;
}

/**
 * Regularised evolution (Real et al. 2019) as PANGAEA evolves activation functions (arXiv 2006.03179): the best of a
 * tournament among the youngest is mutated. Departures, because it searches a table: children are found in it by their
 * canonical hash, those outside or known already are mutated again from a new tournament; and evolution starts after a
 * tournament's number of functions, drawn at random beside the baselines, because 100 trials are less than PANGAEA's
 * thousand.
 */
export class EvolutionSearcher implements Searcher {
  private readonly operators: OperatorSet;
  /** Row of each name met so far: mutations come back to the same few. */
  private readonly known = new Map<string, number | undefined>();

  constructor(private readonly table: FunctionTable) {
    const standard = new Set(STANDARD_OPERATORS.unary.map(({ name }) => name));
    const named = (name: string): string[] => name.match(/[a-z_0-9]+(?=\()/g) ?? [];
    const beyond = ALL_OPERATORS.unary.some(
      ({ name }) => !standard.has(name) && table.names.some((text) => named(text).includes(name)),
    );
    this.operators = beyond ? ALL_OPERATORS : STANDARD_OPERATORS;
  }

  next(state: ReplayState, random: SeededRandom): number {
    if (state.done.length < TOURNAMENT) return drawWaiting(state, random);
    const population = state.done.slice(-POPULATION);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const met = random.shuffle(population).slice(0, TOURNAMENT);
      const best = met.reduce((a, b) => (state.value[b]! > state.value[a]! ? b : a));
      const parent = parseExpression(this.table.names[best]!);
      const row = this.rowOf(formatExpression(mutate(parent, this.operators, random)));
      if (row !== undefined && state.status[row] === WAITING) return row;
    }
    return drawWaiting(state, random);
  }

  private rowOf(name: string): number | undefined {
    if (!this.known.has(name)) this.known.set(name, this.table.rowOf.get(canonicalHash(outputFeatures(name))));
    return this.known.get(name);
  }
}
