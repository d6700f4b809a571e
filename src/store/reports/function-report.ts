import { type AliasClass, compareAliases } from '../../domain/analysis/alias-class.js';
import { type Asymptotes, asymptotes } from '../../domain/analysis/asymptotes.js';
import { differentiate } from '../../domain/analysis/derivative.js';
import { derivativeText } from '../../domain/analysis/derivative-text.js';
import { type Normalization, normalization } from '../../domain/analysis/normalization.js';
import { type SlopeStatistics, slopeStatistics } from '../../domain/analysis/slope-statistics.js';
import { type Expression, formatExpression, parseExpression } from '../../domain/expression/expression.js';
import { ExpressionError } from '../../domain/expression/expression-error.js';
import { nameOfRank } from '../../domain/expression/rank.js';
import { readableName } from '../../domain/expression/stored-name.js';
import { canonicalHash } from '../../domain/features/canonical-hash.js';
import { isUsable, OUTPUT_INPUTS, outputFeatures } from '../../domain/features/output-features.js';
import { type OutputStatistics, outputStatistics } from '../../domain/features/output-statistics.js';
import { ALL_OPERATORS, operatorSetId } from '../../domain/operators/index.js';
import type { OperatorSet } from '../../domain/operators/types.js';
import type { Store } from '../store.js';

interface AliasReport {
  /** As the operators given read it; of others' sets with the set before it: `mine@1/foo(x)`. */
  name: string;
  /**
   * How it differs from the representative, or from the function itself where that cannot be read; null for `reason`.
   * Exact arithmetic knows no operators of one's own: where values of such differ it is `undecided`.
   */
  class: AliasClass | null;
  /** Where it differs that way: a point near 0. */
  at?: number;
  /** Why it has no class: it has operators that were not given. */
  reason?: string;
}

interface FunctionReportOptions {
  /** What the function, and names in the database, are read with. @defaultValue ALL_OPERATORS */
  operators?: OperatorSet;
  /** Aliases listed at most; each takes some milliseconds. @defaultValue 100 */
  maxAliases?: number;
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
 * @throws ExpressionError for a text that is not an expression
 */
export async function functionReport(
  store: Store | undefined,
  text: string,
  { operators = ALL_OPERATORS, maxAliases = 100 }: FunctionReportOptions = {},
): Promise<FunctionReport> {
  const expression = parseExpression(text, operators);
  const fn = formatExpression(expression);
  const outputs = outputFeatures(expression, operators);
  const hash = canonicalHash(outputs);
  const known = await store?.functions.get(hash);
  const names = ((await store?.functions.aliases(hash, maxAliases)) ?? []).map((name) => shownAs(name, operators));
  const representative = known ? shownAs(nameOfRank(known.rank), operators) : fn;
  return {
    fn,
    hash,
    representative,
    aliases: names.length > 0 ? await aliasReports({ representative, expression, names, operators }) : [],
    aliasCount: (await store?.functions.countNames(hash)) ?? 0,
    usable: isUsable(outputs),
    statistics: outputStatistics(outputs),
    derivative: {
      text: derivativeText(expression),
      slopes: [...differentiate(expression, OUTPUT_INPUTS, { operators }).derivatives],
      statistics: slopeStatistics(expression, operators),
    },
    asymptotes: asymptotes(expression, operators),
    normalization: normalizationOf(expression, operators),
    outputs: [...outputs],
  };
}

/** A stored name without the set before it, where these operators are that set. */
const shownAs = (stored: string, operators: OperatorSet): string =>
  readableName(stored, operatorSetId(operators)) ?? stored;

async function aliasReports(of: {
  representative: string;
  expression: Expression;
  names: readonly string[];
  operators: OperatorSet;
}): Promise<AliasReport[]> {
  const { representative, operators } = of;
  const { comparePrecisely } = await import('../../kernels/precise-comparison.js');
  const reference = readable(representative, operators) ?? of.expression;
  return of.names.map((name): AliasReport => {
    const alias = readable(name, operators);
    if (alias === undefined) return { name, class: null, reason: reasonOf(name) };
    if (name === representative) return { name, class: 'equal' };
    const { class: kind, at } = compareAliases(reference, alias, { comparePrecisely, operators });
    return { name, class: kind, ...(at === undefined ? {} : { at }) };
  });
}

function reasonOf(name: string): string {
  const [set] = name.split('/');
  return set === name ? 'it has operators that are not known here' : `it is of the operators ${set}`;
}

/** Undefined for a name of other operators. */
function readable(name: string, operators: OperatorSet): Expression | undefined {
  try {
    return parseExpression(name, operators);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

function normalizationOf(expression: Expression, operators: OperatorSet): FunctionReport['normalization'] {
  try {
    return normalization(expression, operators);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    // "... cannot be normalized: its variance ..."
    return { reason: error.message.slice(error.message.indexOf(': ') + 2) };
  }
}
