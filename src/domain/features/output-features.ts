import { type Expression, parseExpression } from '../expression/expression.js';
import { ALL_OPERATORS } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';
import { evaluate } from './evaluate.js';
import { outputSamples } from './samples.js';

/** What x is for output features: the samples rounded to float32, as the layer of the original took them (golden/samples.json): outputs agree best that way. */
export const OUTPUT_INPUTS = Float64Array.from(outputSamples(), Math.fround);

/**
 * The output features of a function: its values on the 1,000 samples (as float32), evaluated in float64 and rounded to float32, with
 * +0 for -0. Evaluation in float64 merges equivalent functions that float32 arithmetic tells apart by a last bit.
 * @returns 1,000 values, of which some may be ±∞ or NaN
 * @throws ExpressionError for a text that is not an expression
 */
export function outputFeatures(expression: Expression | string, operators: OperatorSet = ALL_OPERATORS): Float32Array {
  const parsed = typeof expression === 'string' ? parseExpression(expression, operators) : expression;
  const outputs = Float32Array.from(evaluate(parsed, OUTPUT_INPUTS, operators));
  // -0 + 0 = +0; the rounding to float32 may also have made a -0.
  for (let i = 0; i < outputs.length; i++) outputs[i] = outputs[i]! + 0;
  return outputs;
}

/** Whether a function can be suggested: all outputs are finite and they are not all equal. */
export function isUsable(outputs: Float32Array): boolean {
  return outputs.every(Number.isFinite) && outputs.some((value) => value !== outputs[0]);
}
