import { createHash } from 'node:crypto';
import { formatExpression, parseExpression } from '../domain/expression.js';
import { operatorSetId } from '../domain/operators/index.js';
import type { OperatorSet } from '../domain/operators/types.js';
import { formatSchema, parseSchema, schemaSize } from '../domain/schema.js';
import { AquasurfError } from '../errors.js';
import type { SpaceDoc } from '../store/documents.js';

/** Names that one list may hold, so that its document stays small. */
const MAX_LIST = 1000;

/** Presets for `--space`, as used in the paper (DESIGN.md section 3). */
export const SPACE_PRESETS: Readonly<Record<string, readonly string[]>> = {
  standard: [
    'unary(unary(unary(unary(x))))',
    'unary(binary(unary(x),unary(x)))',
    'binary(unary(unary(x)),unary(x))',
    'binary(unary(x),unary(unary(x)))',
    'n-ary(unary(x),unary(x),unary(x))',
  ],
};

/** The space of all instances of a schema over an operator set. */
export function schemaSpace(text: string, operators: OperatorSet): SpaceDoc {
  const schema = parseSchema(text);
  const formatted = formatSchema(schema);
  const size = schemaSize(schema, operators);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new AquasurfError(
      'USAGE',
      `schema ${formatted} has ${size} functions: too many to enumerate; use a smaller schema`,
    );
  }
  return {
    _id: `schema-${digest(`${operatorSetId(operators)}:${formatted}`)}`,
    operators: operatorSetId(operators),
    schema: formatted,
    size: size.toString(),
    generation: 0,
    state: 'known',
  };
}

/** The space of functions given by name, in the order of their names. */
export function listSpace(functions: readonly string[]): SpaceDoc {
  const names = [...new Set(functions.map((name) => formatExpression(parseExpression(name))))].sort();
  if (names.length > MAX_LIST) {
    throw new AquasurfError('USAGE', `${names.length} functions in one list: give at most ${MAX_LIST} at a time`);
  }
  return {
    _id: `list-${digest(names.join('\n'))}`,
    operators: 'all@1',
    names,
    size: names.length.toString(),
    generation: 0,
    state: 'known',
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
