import { createHash } from 'node:crypto';
import { formatExpression, parseExpression } from '../../domain/expression/expression.js';
import { formatSchema, parseSchema, schemaSize } from '../../domain/expression/schema.js';
import { usesOwn } from '../../domain/expression/stored-name.js';
import { ALL_OPERATORS, operatorSetId, vocabulary } from '../../domain/operators/index.js';
import type { OperatorSet } from '../../domain/operators/types.js';
import { AquasurfError } from '../../errors.js';
import type { SpaceDoc } from '../../store/documents.js';

/** Names that one list may hold, so that its document stays small. */
const MAX_LIST = 1000;

/** A seeded choice of instances: `count` distinct ones, chosen without enumerating the schema. */
export interface Sampling {
  count: number;
  /** @defaultValue 0 */
  seed?: number;
}

/** Distinct instances of a schema that a seed chooses: another space than the schema's own. */
export function sampleSpace(text: string, operators: OperatorSet, { count, seed = 0 }: Sampling): SpaceDoc {
  const schema = parseSchema(text);
  const formatted = formatSchema(schema);
  const size = schemaSize(schema, operators);
  if (!Number.isSafeInteger(count) || count < 1 || BigInt(count) > size) {
    throw new AquasurfError(
      'USAGE',
      `a sample of ${count} out of ${formatted}, which has ${size} functions: give a whole number from 1 to ` +
        `${size < Number.MAX_SAFE_INTEGER ? size : Number.MAX_SAFE_INTEGER}`,
    );
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new AquasurfError('USAGE', `the seed of a sample is ${seed}: give a whole number from 0 on`);
  }
  return {
    _id: `sample-${digest(`${setKey(operators)}:${formatted}:${count}:${seed}`)}`,
    ...setFields(operators),
    schema: formatted,
    sample: { seed },
    size: count.toString(),
    generation: 0,
    state: 'known',
  };
}

/** The space of all instances of a schema over an operator set. */
export function schemaSpace(text: string, operators: OperatorSet): SpaceDoc {
  const schema = parseSchema(text);
  const formatted = formatSchema(schema);
  const size = schemaSize(schema, operators);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new AquasurfError(
      'USAGE',
      `schema ${formatted} has ${size} functions, too many to enumerate (the limit is 2^53): use a smaller schema, or ` +
        'some of its functions with `aquasurf populate STUDY --schema ... --sample N`',
    );
  }
  return {
    _id: `schema-${digest(`${setKey(operators)}:${formatted}`)}`,
    ...setFields(operators),
    schema: formatted,
    order: 'sharing',
    size: size.toString(),
    generation: 0,
    state: 'known',
  };
}

/**
 * The space of functions given by name, in the order of their names.
 * @param operators of the study. @defaultValue the built-in ones
 */
export function listSpace(functions: readonly string[], operators: OperatorSet = ALL_OPERATORS): SpaceDoc {
  const known = vocabulary(operators);
  const names = [...new Set(functions.map((name) => formatExpression(parseExpression(name, known))))].sort();
  // Studies over any operators share a list of built-in ones.
  const set = names.some((name) => usesOwn(name, operators)) ? operators : ALL_OPERATORS;
  if (names.length > MAX_LIST) {
    throw new AquasurfError('USAGE', `${names.length} functions in one list: give at most ${MAX_LIST} at a time`);
  }
  return {
    _id: `list-${digest([...(set.own ? [setKey(set)] : []), ...names].join('\n'))}`,
    ...setFields(set),
    names,
    size: names.length.toString(),
    generation: 0,
    state: 'known',
  };
}

/** Tells apart what two versions of a module make of one id. */
const setKey = (set: OperatorSet): string =>
  [operatorSetId(set), ...(set.sourceHash ? [set.sourceHash] : [])].join(':');

const setFields = (set: OperatorSet): Pick<SpaceDoc, 'operators' | 'operatorSource'> => ({
  operators: operatorSetId(set),
  ...(set.sourceHash === undefined ? {} : { operatorSource: set.sourceHash }),
});

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
