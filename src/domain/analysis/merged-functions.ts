import { FunctionEnumerator } from '../enumeration/enumerator.js';
import { nameOfRank } from '../expression/rank.js';
import { parseSchema, schemaSize } from '../expression/schema.js';
import { STANDARD_OPERATORS } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';
import { SeededRandom } from '../random/seeded-random.js';

/** The functions of some schemas, gathered by canonical hash. */
export interface MergedFunctions {
  names: readonly string[];
  /** For each name the number of its hash. */
  classOf: Uint32Array;
  /** For each hash its representative, the smallest name. */
  representatives: readonly string[];
  /** For each hash whether its outputs are all finite and not all equal. */
  usable: readonly boolean[];
}

/** Two names of one function. */
interface MergedPair {
  representative: string;
  alias: string;
  usable: boolean;
}

/** So many functions at a time. */
const RANGE = 20_000;

/**
 * Enumerates schemas in memory, some 100 bytes a function.
 * @param operators @defaultValue STANDARD_OPERATORS
 */
export function mergeFunctions(
  schemas: readonly string[],
  operators: OperatorSet = STANDARD_OPERATORS,
): MergedFunctions {
  const enumerator = new FunctionEnumerator();
  const names: string[] = [];
  const classOf: number[] = [];
  const numbers = new Map<string, number>();
  const ranks: string[] = [];
  const usable: boolean[] = [];
  for (const schema of schemas) {
    const size = Number(schemaSize(parseSchema(schema), operators));
    for (let from = 0; from < size; from += RANGE) {
      const batch = enumerator.enumerate({ schema }, operators, from, Math.min(size, from + RANGE));
      const numberOf = batch.hashes.map((hash, place) => {
        const number = numbers.get(hash) ?? numbers.size;
        numbers.set(hash, number);
        const rank = batch.ranks[place]!;
        if (ranks[number] === undefined || rank < ranks[number]) ranks[number] = rank;
        usable[number] = batch.usable[place]!;
        return number;
      });
      batch.names.forEach((name, i) => {
        names.push(name);
        classOf.push(numberOf[batch.classOf[i]!]!);
      });
    }
  }
  return { names, classOf: Uint32Array.from(classOf), representatives: ranks.map(nameOfRank), usable };
}

/** Random names that are not their function's representative, each with it. The same seed gives the same pairs. */
export function randomMergedPairs(
  { names, classOf, representatives, usable }: MergedFunctions,
  count: number,
  seed: number | string,
): MergedPair[] {
  const random = new SeededRandom(seed);
  const pairs: MergedPair[] = [];
  while (pairs.length < count) {
    const index = random.integer(names.length);
    const alias = names[index]!;
    const number = classOf[index]!;
    const representative = representatives[number]!;
    if (alias !== representative) pairs.push({ representative, alias, usable: usable[number]! });
  }
  return pairs;
}
