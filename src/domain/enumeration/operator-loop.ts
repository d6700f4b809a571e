import type { Operator } from '../operators/types.js';

/** Applies an operator element by element: `out[i] = operator(args[0][i], args[1][i], ...)`. `out` is none of `args`. */
export type OperatorLoop = (args: readonly Float64Array[], out: Float64Array) => void;

const BODIES = {
  1: `const a = args[0];
      for (let i = 0; i < out.length; i++) out[i] = evaluate(a[i]);`,
  2: `const a = args[0];
      const b = args[1];
      for (let i = 0; i < out.length; i++) out[i] = evaluate(a[i], b[i]);`,
  n: `const row = new Float64Array(args.length);
      for (let i = 0; i < out.length; i++) {
        for (let j = 0; j < row.length; j++) row[j] = args[j][i];
        out[i] = evaluate(row);
      }`,
};

/**
 * The same calls in the same order as `evaluate` makes (evaluate.ts), over vectors of one length. Each operator gets a
 * loop compiled for it alone: in a common one the engine would see dozens of call targets and inline none of them, which
 * costs more than most operators do. The text of the loop holds nothing but the operator's name, letters and digits.
 */
export function operatorLoop(operator: Operator): OperatorLoop {
  const loop = `return function ${operator.name.replaceAll(/\W/g, '_')}(args, out) { ${BODIES[operator.arity]} }`;
  return new Function('evaluate', loop)(operator.evaluate);
}
