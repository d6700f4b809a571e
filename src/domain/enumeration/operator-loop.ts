import type { Operator } from '../operators/types.js';

/** Applies an operator element by element: `out[i] = operator(args[0][i], args[1][i], ...)`. `out` is none of `args`. */
export type OperatorLoop = (args: readonly Float64Array[], out: Float64Array) => void;

/** The loops of operators, compiled when they are first asked for. */
export class OperatorLoops {
  readonly #loops = new Map<Operator, OperatorLoop[]>();

  /** @param count number of arguments */
  of(operator: Operator, count: number): OperatorLoop {
    let loops = this.#loops.get(operator);
    if (!loops) {
      loops = [];
      this.#loops.set(operator, loops);
    }
    loops[count] ??= compile(operator, count);
    return loops[count];
  }
}

/**
 * The same calls in the same order as `evaluate` makes (evaluate.ts), over vectors of one length. Each operator gets a
 * loop compiled for it alone: in a common one the engine would see dozens of call targets and inline none of them, which
 * costs more than most operators do. The text of a loop holds nothing but the operator's name, letters and digits.
 */
function compile({ name, arity, evaluate }: Operator, count: number): OperatorLoop {
  const args = Array.from({ length: count }, (_, k) => `args[${k}]`);
  const vectors = args.map((arg, k) => `const v${k} = ${arg};`).join(' ');
  const values = args.map((_, k) => `v${k}[i]`);
  const body =
    arity === 'n'
      ? `${values.map((value, k) => `row[${k}] = ${value};`).join(' ')} out[i] = evaluate(row);`
      : `out[i] = evaluate(${values.join(', ')});`;
  const loop = `return function ${name.replaceAll(/\W/g, '_')}(args, out) {
    ${vectors}
    const row = new Float64Array(${arity === 'n' ? count : 0});
    for (let i = 0; i < out.length; i++) { ${body} }
  };`;
  return new Function('evaluate', loop)(evaluate);
}
