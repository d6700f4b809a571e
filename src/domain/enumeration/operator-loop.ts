import type { Operator, VectorKernels } from '../operators/types.js';
import { chebyshevSums } from '../special-functions/chebyshev.js';

/** Applies an operator element by element: `out[i] = operator(args[0][i], args[1][i], ...)`. `out` is none of `args`. */
type OperatorLoop = (args: readonly Float64Array[], out: Float64Array) => void;

/** The loops of operators, compiled when they are first asked for. */
export class OperatorLoops {
  readonly #loops = new Map<Operator, OperatorLoop[]>();
  readonly #kernels: VectorKernels;

  /** @param kernels in place of plain functions */
  constructor(kernels: Partial<VectorKernels> = {}) {
    this.#kernels = { chebyshevSums: kernels.chebyshevSums ?? chebyshevSums };
  }

  /** @param count number of arguments */
  of(operator: Operator, count: number): OperatorLoop {
    let loops = this.#loops.get(operator);
    if (!loops) {
      loops = [];
      this.#loops.set(operator, loops);
    }
    loops[count] ??= operator.vectorLoop?.(this.#kernels) ?? compile(operator, count);
    return loops[count];
  }
}

const BODIES = {
  1: () => 'for (let i = 0; i < out.length; i++) out[i] = evaluate(v0[i]);',
  2: () => 'for (let i = 0; i < out.length; i++) out[i] = evaluate(v0[i], v1[i]);',
  n: (count: number) => `
    const row = new Float64Array(${count});
    for (let i = 0; i < out.length; i++) {
      ${Array.from({ length: count }, (_, k) => `row[${k}] = v${k}[i];`).join(' ')}
      out[i] = evaluate(row);
    }`,
};

/**
 * The same calls in the same order as `evaluate` makes (evaluate.ts), over vectors of one length. Each operator gets a
 * loop compiled for it alone: in a common one the engine would see dozens of call targets and inline none of them, which
 * costs more than most operators do. The text of a loop holds nothing but the operator's name, letters and digits.
 */
function compile({ name, arity, evaluate }: Operator, count: number): OperatorLoop {
  const vectors = Array.from({ length: count }, (_, k) => `const v${k} = args[${k}];`).join(' ');
  const loop = `return function ${name.replaceAll(/\W/g, '_')}(args, out) { ${vectors} ${BODIES[arity](count)} };`;
  return new Function('evaluate', loop)(evaluate);
}
