import { canonicalHash } from '../domain/canonical-hash.js';
import { formatExpression, parseExpression } from '../domain/expression.js';
import { isUsable, outputFeatures } from '../domain/output-features.js';
import { nameOfRank } from '../domain/rank.js';
import { type OutputStatistics, outputStatistics } from '../domain/statistics.js';
import type { Store } from './store.js';

/** What is known about one function: the pure part is computed, the rest read from the database. */
export interface FunctionReport {
  fn: string;
  hash: string;
  /** The smallest known alias; the function itself where the database knows none. */
  representative: string;
  aliases: string[];
  aliasesShown: number;
  usable: boolean;
  statistics: OutputStatistics;
  /** float32[1000] */
  outputs: number[];
}

/** Aliases listed at most. */
const MAX_ALIASES = 100;

/** @param store undefined: no database at hand, aliases are left out */
export async function functionReport(store: Store | undefined, text: string): Promise<FunctionReport> {
  const fn = formatExpression(parseExpression(text));
  const outputs = outputFeatures(fn);
  const hash = canonicalHash(outputs);
  const known = await store?.functions.get(hash);
  const aliases = (await store?.functions.aliases(hash, MAX_ALIASES)) ?? [];
  return {
    fn,
    hash,
    representative: known ? nameOfRank(known.rank) : fn,
    aliases,
    aliasesShown: aliases.length,
    usable: isUsable(outputs),
    statistics: outputStatistics(outputs),
    outputs: [...outputs],
  };
}
