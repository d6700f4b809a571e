import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../src/domain/expression/expression-error.js';
import {
  ALL_OPERATORS,
  findOperator,
  operatorNames,
  operatorSet,
  operatorSetId,
  STANDARD_OPERATORS,
} from '../../src/domain/operators/index.js';
import { float32Distance, type GoldenNumber, golden, toNumber } from '../support/golden.js';

interface GoldenOperators {
  unary: { x: GoldenNumber[]; y: Record<string, GoldenNumber[]> };
  binary: { a: GoldenNumber[]; b: GoldenNumber[]; y: Record<string, GoldenNumber[]> };
  nary: { inputs: GoldenNumber[][]; y: Record<string, GoldenNumber[]> };
}

const { unary, binary, nary } = golden<GoldenOperators>('operators');

/** TensorFlow flushes denormals to zero, and its intermediate results too. */
const DENORMAL = 6e-37;

/** Where TensorFlow's float32 formula cancels, by how much the original may be off (golden/README.md). */
function cancellation(name: string, x: number): number {
  if (['elu', 'selu', 'elish'].includes(name)) return 3e-8;
  // TensorFlow's float32 erf is off by up to 3·2^-24, which 1 + erf(x/√2) keeps on the left; x/2 multiplies it.
  if (name === 'gelu') return (4 * 2 ** -24 * Math.abs(x)) / 2;
  return 0;
}

/** TensorFlow's float32 formulas of these two are less exact; ours are compared with exact values elsewhere. */
const distance = (name: string): number => (['bessel_i1e', 'mish'].includes(name) ? 6 : 4);

function agree(actual: number, expected: number, { distance = 4, slack = 0 } = {}): boolean {
  const near = Math.abs(Math.fround(actual) - expected) <= Math.max(DENORMAL, slack);
  return near || float32Distance(actual, expected) <= distance;
}

/** Of two that must also agree in the sign of zero. */
const sameZero = (a: number, b: number): boolean => a !== 0 || b !== 0 || Object.is(a, b);

/** Rows whose intermediate results overflow, underflow or lose the 1 in the original's float32, but not in float64. */
const ONLY_IN_FLOAT64: Record<string, { inputs: number[]; actual: number }[]> = {
  sum_n: [
    { inputs: [3.00000001e38, 3.00000001e38, -3.00000001e38], actual: 3e38 },
    { inputs: [1e8, 1, -1e8], actual: 1 },
    { inputs: [1, 1e8, -1e8], actual: 1 },
  ],
  prod_n: [
    { inputs: [100000002000000000000, 100000002000000000000, 9.99999968e-21], actual: 1e20 },
    { inputs: [9.99999968e-21, 9.99999968e-21, 100000002000000000000], actual: 1e-20 },
  ],
};

describe('operators agree with the original program', () => {
  it.each(ALL_OPERATORS.unary)('$name', ({ name, evaluate }) => {
    const expected = unary.y[name]!.map(toNumber);
    const wrong = unary.x
      .map(toNumber)
      .map((x, i) => ({ x, actual: evaluate(x), expected: expected[i]! }))
      .filter(({ x, actual, expected }) => {
        return !agree(actual, expected, { distance: distance(name), slack: cancellation(name, x) });
      });
    expect(wrong).toEqual([]);
  });

  it.each(ALL_OPERATORS.binary)('$name', ({ name, evaluate }) => {
    const expected = binary.y[name]!.map(toNumber);
    const wrong = binary.a
      .map((a, i) => ({ a: toNumber(a), b: toNumber(binary.b[i]!), expected: expected[i]! }))
      .map((row) => ({ ...row, actual: evaluate(row.a, row.b) }))
      .filter(({ actual, expected }) => !agree(actual, expected) || !sameZero(Math.fround(actual), expected));
    expect(wrong).toEqual([]);
  });

  it.each(ALL_OPERATORS.nary)('$name', ({ name, evaluate }) => {
    const expected = nary.y[name]!.map(toNumber);
    const wrong = nary.inputs
      .map((inputs, i) => ({ inputs: inputs.map(toNumber), expected: expected[i]! }))
      .map((row) => ({ ...row, actual: evaluate(row.inputs) }))
      .filter(({ actual, expected }) => !agree(actual, expected) || !sameZero(Math.fround(actual), expected))
      .map(({ inputs, actual }) => ({ inputs, actual: Number(actual.toPrecision(6)) }));
    expect(wrong).toEqual(ONLY_IN_FLOAT64[name] ?? []);
  });
});

describe('operators', () => {
  const evaluateUnary = (name: string, x: number): number => {
    const operator = findOperator(ALL_OPERATORS, name);
    if (operator?.arity !== 1) throw new Error(`${name} is not unary`);
    return operator.evaluate(x);
  };

  it('pass NaN on, but for zero and one', () => {
    const notNaN = ALL_OPERATORS.unary.filter(({ evaluate }) => !Number.isNaN(evaluate(Number.NaN)));
    expect(notNaN.map(({ name }) => name)).toEqual(['zero', 'one']);
  });

  it.each([
    ['softsign', Infinity],
    ['softsign', -Infinity],
    ['swish', -Infinity],
    ['mish', -Infinity],
    ['gelu', -Infinity],
  ])('%s is NaN at %d, as its docstring says', (name, x) => {
    expect(evaluateUnary(name, x)).toBeNaN();
  });

  it.each([
    ['log_sigmoid', -745, -745],
    ['log_sigmoid', 40, -Math.exp(-40)],
    ['softplus', 1e300, 1e300],
    ['softplus', -700, Math.exp(-700)],
    ['elu', -1e-20, -1e-20],
    ['selu', -1e-20, -1.758099340847376e-20],
    ['erfc', 20, 5.3958656116079005e-176],
  ])('%s(%d) neither overflows nor cancels', (name, x, expected) => {
    expect(evaluateUnary(name, x) / expected).toBeCloseTo(1, 14);
  });
});

describe('operator sets', () => {
  it('have the sizes of the design', () => {
    const sizes = ({ unary, binary, nary }: typeof ALL_OPERATORS) => [unary.length, binary.length, nary.length];
    expect(sizes(STANDARD_OPERATORS)).toEqual([27, 7, 4]);
    expect(sizes(ALL_OPERATORS)).toEqual([31, 7, 4]);
  });

  it('list unary operators in the order of the original', () => {
    expect(ALL_OPERATORS.unary.map(({ name }) => name)).toEqual(Object.keys(unary.y));
  });

  it('differ by elish, leakyrelu, mish and gelu', () => {
    const standard = new Set(operatorNames(STANDARD_OPERATORS));
    expect(operatorNames(ALL_OPERATORS).filter((name) => !standard.has(name))).toEqual([
      'elish',
      'leakyrelu',
      'mish',
      'gelu',
    ]);
  });

  it('have distinct lower-case names', () => {
    const names = operatorNames(ALL_OPERATORS);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => /^[a-z][a-z0-9_]*$/.test(name) && name !== 'x')).toBe(true);
  });

  it('are found by id and by name', () => {
    expect(operatorSet('standard')).toBe(STANDARD_OPERATORS);
    expect(operatorSet(operatorSetId(ALL_OPERATORS))).toBe(ALL_OPERATORS);
    expect(operatorSetId(STANDARD_OPERATORS)).toBe('standard@1');
  });

  it.each([
    ['standart', 'unknown operator set "standart"; did you mean "standard"?'],
    ['standard@2', 'unknown operator set "standard@2"; did you mean "standard"?'],
    ['everything', 'unknown operator set "everything"; known are standard@1, all@1'],
  ])('%s is refused with the mend', (id, message) => {
    expect(() => operatorSet(id)).toThrow(new ExpressionError('operator', message));
  });
});
