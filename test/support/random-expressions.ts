import { type Expression, X } from '../../src/domain/expression/expression.js';
import type { Schema } from '../../src/domain/expression/schema.js';
import { ALL_OPERATORS } from '../../src/domain/operators/index.js';
import type { OperatorSet } from '../../src/domain/operators/types.js';
import type { SeededRandom } from '../../src/domain/random/seeded-random.js';

export const pick = <T>(random: SeededRandom, items: readonly T[]): T => items[random.integer(items.length)]!;

/** A random expression of at most `depth` levels: mostly unary operators, as in the spaces that people search. */
export function randomExpression(
  random: SeededRandom,
  depth: number,
  operators: OperatorSet = ALL_OPERATORS,
): Expression {
  const kind = random.next();
  if (depth === 0 || kind < 0.12) return X;
  const args = (count: number) => Array.from({ length: count }, () => randomExpression(random, depth - 1, operators));
  const call = (of: readonly { name: string }[], count: number): Expression => ({
    kind: 'call',
    operator: pick(random, of).name,
    args: args(count),
  });
  if (kind < 0.6) return call(operators.unary, 1);
  if (kind < 0.9) return call(operators.binary, 2);
  return call(operators.nary, 1 + random.integer(4));
}

/** A random schema of at most `depth` levels. */
export function randomSchema(random: SeededRandom, depth: number): Schema {
  if (depth === 0 || random.next() < 0.2) return { kind: 'x' };
  const [name, count] = pick(random, [
    ['unary', 1] as const,
    ['binary', 2] as const,
    ['n-ary', 1 + random.integer(4)] as const,
  ]);
  return { kind: 'slot', class: name, args: Array.from({ length: count }, () => randomSchema(random, depth - 1)) };
}
