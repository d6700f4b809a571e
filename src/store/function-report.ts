import { type AliasClass, compareAliases } from '../domain/alias-class.js';
import { type Asymptotes, asymptotes } from '../domain/asymptotes.js';
import { canonicalHash } from '../domain/canonical-hash.js';
import { differentiate } from '../domain/derivative.js';
import { derivativeText } from '../domain/derivative-text.js';
import { type Expression, formatExpression, parseExpression } from '../domain/expression.js';
import { ExpressionError } from '../domain/expression-error.js';
import { type Normalization, normalization } from '../domain/normalization.js';
import { isUsable, OUTPUT_INPUTS, outputFeatures } from '../domain/output-features.js';
import { nameOfRank } from '../domain/rank.js';
import { type SlopeStatistics, slopeStatistics } from '../domain/slope-statistics.js';
import { type OutputStatistics, outputStatistics } from '../domain/statistics.js';
import type { Store } from './store.js';

export interface AliasReport {
  name: string;
  /** How it differs from the representative; null where it has operators that are not known here. */
  class: AliasClass | null;
  /** Where it differs that way: a point near 0. */
  at?: number;
}

/** What is known about one function: the pure part is computed, the rest read from the database. */
export interface FunctionReport {
  fn: string;
  hash: string;
  /** The smallest known alias; the function itself where the database knows none. */
  representative: string;
  /** In the order of their text. */
  aliases: AliasReport[];
  /** Of all that the database has. */
  aliasCount: number;
  usable: boolean;
  /** Of the outputs on the samples. */
  statistics: OutputStatistics;
  derivative: {
    /** A formula, for reading. */
    text: string;
    /** On the 1,000 samples. */
    slopes: number[];
    statistics: SlopeStatistics;
  };
  asymptotes: Asymptotes;
  /** Mean and standard deviation of f(x) for standard Gaussian x, or why there are none. */
  normalization: Normalization | { reason: string };
  /** float32[1000] */
  outputs: number[];
}

/**
 * @param store undefined: no database at hand, aliases are left out
 * @param maxAliases aliases listed at most; each takes some milliseconds. @defaultValue 100
 * @throws ExpressionError for a text that is not an expression
 */
export async function functionReport(
  store: Store | undefined,
  text: string,
  maxAliases = 100,
): Promise<FunctionReport> {
  const expression = parseExpression(text);
  const fn = formatExpression(expression);
  const outputs = outputFeatures(expression);
  const hash = canonicalHash(outputs);
  const known = await store?.functions.get(hash);
  const names = (await store?.functions.aliases(hash, maxAliases)) ?? [];
  const representative = known ? nameOfRank(known.rank) : fn;
  return {
    fn,
    hash,
    representative,
    aliases: names.length > 0 ? await aliasReports(representative, names) : [],
    aliasCount: (await store?.functions.countNames(hash)) ?? 0,
    usable: isUsable(outputs),
    statistics: outputStatistics(outputs),
    derivative: {
      text: derivativeText(expression),
      slopes: [...differentiate(expression, OUTPUT_INPUTS).derivatives],
      statistics: slopeStatistics(expression),
    },
    asymptotes: asymptotes(expression),
    normalization: normalizationOf(expression),
    outputs: [...outputs],
  };
}

async function aliasReports(representative: string, names: readonly string[]): Promise<AliasReport[]> {
  const { comparePrecisely } = await import('../kernels/precise-comparison.js');
  const reference = readable(representative);
  return names.map((name) => {
    const alias = readable(name);
    if (reference === undefined || alias === undefined) return { name, class: null };
    if (name === representative) return { name, class: 'equal' };
    const { class: kind, at } = compareAliases(reference, alias, { comparePrecisely });
    return { name, class: kind, ...(at === undefined ? {} : { at }) };
  });
}

/** Undefined for a name of operators of somebody's own. */
function readable(name: string): Expression | undefined {
  try {
    return parseExpression(name);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

function normalizationOf(expression: Expression): FunctionReport['normalization'] {
  try {
    return normalization(expression);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    // "... cannot be normalized: its variance ..."
    return { reason: error.message.slice(error.message.indexOf(': ') + 2) };
  }
}
