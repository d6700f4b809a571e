import { type Expression, formatExpression } from '../expression/expression.js';
import { FOLDED } from './derivative-rules.js';

/** u'(g) of those unary operators whose derivative is a short formula; the others are written as u'(g). */
const FORMULAS: Readonly<Record<string, (g: string) => string>> = {
  zero: () => '0',
  one: () => '0',
  identity: () => '1',
  negative: () => '-1',
  abs: (g) => `sign(${g})`,
  reciprocal: (g) => `-1/${power(g, '2')}`,
  square: (g) => `2·${g}`,
  exp: (g) => `exp(${g})`,
  sinh: (g) => `cosh(${g})`,
  cosh: (g) => `sinh(${g})`,
  tanh: (g) => `(1 - tanh(${g})²)`,
  expm1: (g) => `exp(${g})`,
  sigmoid: (g) => `sigmoid(${g})·(1 - sigmoid(${g}))`,
  log_sigmoid: (g) => `(1 - sigmoid(${g}))`,
  arcsinh: (g) => `1/√(1 + ${power(g, '2')})`,
  arctan: (g) => `1/(1 + ${power(g, '2')})`,
  erf: (g) => `2/√π·exp(-${power(g, '2')})`,
  erfc: (g) => `-2/√π·exp(-${power(g, '2')})`,
  relu: (g) => `[${g} > 0]`,
  hard_sigmoid: (g) => `0.2·[|${g}| < 2.5]`,
  softplus: (g) => `sigmoid(${g})`,
  softsign: (g) => `1/(1 + |${g}|)²`,
};

const power = (base: string, exponent: string): string => (exponent === '2' ? `${base}²` : `${base}^${exponent}`);

/**
 * The derivative by the chain rule as a formula to read: [condition] is 1 where it holds, else 0; u' is the derivative
 * of operator u. Only zeros and ones are simplified.
 */
export function derivativeText(expression: Expression): string {
  if (expression.kind === 'x') return '1';
  const { operator, args } = expression;
  const folded = FOLDED.get(operator);
  if (folded !== undefined) {
    return derivativeText(
      args
        .slice(1)
        .reduce<Expression>((left, right) => ({ kind: 'call', operator: folded, args: [left, right] }), args[0]!),
    );
  }
  const texts = args.map(formatExpression);
  const slopes = args.map(derivativeText);
  if (args.length !== 2) return unary(operator, texts[0]!, slopes[0]!);
  return binary(operator, texts as [string, string], slopes as [string, string]);
}

function unary(operator: string, g: string, slope: string): string {
  const formula = FORMULAS[operator]?.(g) ?? `${operator}'(${g})`;
  return formula.startsWith('-') ? times('-1', formula.slice(1), slope) : times(formula, slope);
}

function binary(operator: string, [a, b]: [string, string], [da, db]: [string, string]): string {
  switch (operator) {
    case 'add':
      return plus(da, db);
    case 'sub':
      return plus(da, times('-1', db));
    case 'mul':
      return plus(times(da, b), times(a, db));
    case 'div':
      return plus(times(da, `1/${b}`), times('-1', `${a}/${power(b, '2')}`, db));
    case 'pow':
      return plus(times(b, `${a}^(${b} - 1)`, da), times(`${a}^${b}·ln(${a})`, db));
    case 'max':
      return plus(times(`[${a} ≥ ${b}]`, da), times(`[${a} < ${b}]`, db));
    case 'min':
      return plus(times(`[${a} ≤ ${b}]`, da), times(`[${a} > ${b}]`, db));
    default:
      return plus(times(`∂₁${operator}(${a}, ${b})`, da), times(`∂₂${operator}(${a}, ${b})`, db));
  }
}

function times(...factors: string[]): string {
  if (factors.includes('0')) return '0';
  const minus = factors.filter((factor) => factor === '-1').length % 2 === 1;
  const left = factors.filter((factor) => factor !== '1' && factor !== '-1');
  if (left.length === 0) return minus ? '-1' : '1';
  const product = left.map((factor) => (left.length > 1 && isSum(factor) ? `(${factor})` : factor)).join('·');
  if (!minus) return product;
  if (!isSum(product)) return `-${product}`;
  return product.startsWith('-') && !isSum(product.slice(1)) ? product.slice(1) : `-(${product})`;
}

function plus(a: string, b: string): string {
  if (a === '0') return b;
  if (b === '0') return a;
  return b.startsWith('-') ? `${a} - ${b.slice(1)}` : `${a} + ${b}`;
}

/** Whether a text has a + or - outside of all parentheses, or begins with a sign. */
function isSum(text: string): boolean {
  let depth = 0;
  for (const [i, character] of [...text].entries()) {
    if ('(['.includes(character)) depth++;
    else if (')]'.includes(character)) depth--;
    else if (depth === 0 && '+-'.includes(character) && (i === 0 || text[i - 1] === ' ')) return true;
  }
  return false;
}
