import { canonicalHash } from './canonical-hash.js';
import { countOperators, type Expression, formatExpression, parseExpression } from './expression.js';
import { operatorSet } from './operators/index.js';
import { isUsable, outputFeatures } from './output-features.js';
import { rankOf } from './rank.js';
import { parseSchema, schemaInstance } from './schema.js';

/** An ordered list of functions: the instances of a schema over an operator set, or names. */
export interface FunctionSource {
  operators: string;
  schema?: string;
  names?: readonly string[];
}

/** A function as the store keeps it. */
export interface FunctionRecord {
  name: string;
  hash: string;
  rank: string;
  /** float32[1000] */
  outputs: Float32Array;
  usable: boolean;
}

/** The functions [from, to) of a source with their output features: what one output-features job computes. */
export function enumerateFunctions(source: FunctionSource, from: number, to: number): FunctionRecord[] {
  const instance = instances(source);
  const records: FunctionRecord[] = [];
  for (let i = from; i < to; i++) {
    const expression = instance(i);
    const name = formatExpression(expression);
    const outputs = outputFeatures(expression);
    records.push({
      name,
      hash: canonicalHash(outputs),
      rank: rankOf(name, countOperators(expression)),
      outputs,
      usable: isUsable(outputs),
    });
  }
  return records;
}

function instances({ operators, schema, names }: FunctionSource): (index: number) => Expression {
  if (schema !== undefined) {
    const parsed = parseSchema(schema);
    const set = operatorSet(operators);
    return (index) => schemaInstance(parsed, set, index);
  }
  return (index) => {
    const name = names?.[index];
    if (name === undefined) throw new RangeError(`function ${index} of a list of ${names?.length ?? 0}`);
    return parseExpression(name);
  };
}
