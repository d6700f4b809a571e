/** A formula, and how tightly it binds: as itself, as a power or call, as a product or fraction, as a sum. */
export interface Formula {
  readonly tex: string;
  readonly binds: Binding;
}

export const ATOM = 0;
const CALL = 1;
const PRODUCT = 2;
export const SUM = 3;
type Binding = typeof ATOM | typeof CALL | typeof PRODUCT | typeof SUM;

export const atom = (tex: string): Formula => ({ tex, binds: ATOM });

/** In parentheses where it binds less tightly than its place asks for. */
export const within = ({ tex, binds }: Formula, most: Binding): string =>
  binds > most ? `\\left(${tex}\\right)` : tex;

const call =
  (name: string) =>
  (...args: readonly Formula[]): Formula => ({
    tex: `${name}\\left(${args.map(({ tex }) => tex).join(', ')}\\right)`,
    binds: CALL,
  });
const power = (base: Formula, exponent: string): Formula => ({
  tex: `${within(base, ATOM)}^{${exponent}}`,
  binds: CALL,
});
const product = (...factors: readonly Formula[]): Formula => ({
  tex: factors.map((factor) => within(factor, PRODUCT)).join(' \\cdot '),
  binds: PRODUCT,
});
const fraction = (top: string, bottom: string): Formula => ({ tex: `\\frac{${top}}{${bottom}}`, binds: PRODUCT });
/** Terms that begin with a minus stand in parentheses, but for the first. */
const sum = (...terms: readonly Formula[]): Formula => ({
  tex: terms.map(({ tex }, i) => (i > 0 && tex.startsWith('-') ? `\\left(${tex}\\right)` : tex)).join(' + '),
  binds: SUM,
});
const single = (formula: (argument: Formula) => Formula) => (argument: Formula | undefined) => formula(argument!);
const named = (name: string) => single(call(`\\operatorname{${name}}`));

/** The formula of an operator by those of its arguments. */
export const LATEX_OPERATORS: Readonly<Record<string, (...args: Formula[]) => Formula>> = {
  zero: () => atom('0'),
  one: () => atom('1'),
  negative: (z) => ({ tex: `-${within(z!, PRODUCT)}`, binds: SUM }),
  abs: (z) => atom(`\\left|${z!.tex}\\right|`),
  reciprocal: (z) => fraction('1', z!.tex),
  square: (z) => power(z!, '2'),
  exp: (z) => ({ tex: `e^{${z!.tex}}`, binds: CALL }),
  erf: named('erf'),
  erfc: named('erfc'),
  sinh: single(call('\\sinh')),
  cosh: single(call('\\cosh')),
  tanh: single(call('\\tanh')),
  expm1: (z) => ({ tex: `e^{${z!.tex}} - 1`, binds: SUM }),
  sigmoid: single(call('\\sigma')),
  log_sigmoid: (z) => ({ tex: `\\ln \\sigma\\left(${z!.tex}\\right)`, binds: PRODUCT }),
  arcsinh: named('arsinh'),
  arctan: single(call('\\arctan')),
  bessel_i0e: named('i_{0e}'),
  bessel_i1e: named('i_{1e}'),
  relu: named('relu'),
  elu: named('elu'),
  selu: named('selu'),
  swish: named('swish'),
  softplus: named('softplus'),
  softsign: named('softsign'),
  hard_sigmoid: named('hard\\_sigmoid'),
  elish: named('elish'),
  leakyrelu: named('leakyrelu'),
  mish: named('mish'),
  gelu: named('gelu'),
  add: sum,
  sub: (a, b) => ({ tex: `${a!.tex} - ${within(b!, PRODUCT)}`, binds: SUM }),
  mul: product,
  div: (a, b) => fraction(a!.tex, b!.tex),
  pow: (a, b) => power(a!, b!.tex),
  max: call('\\max'),
  min: call('\\min'),
  sum_n: (...args) => (args.length === 1 ? args[0]! : sum(...args)),
  prod_n: (...args) => (args.length === 1 ? args[0]! : product(...args)),
  max_n: call('\\max'),
  min_n: call('\\min'),
};

const cases = (positive: string, other: string): string =>
  `\\begin{cases} ${positive} & z > 0 \\\\ ${other} & z \\le 0 \\end{cases}`;

/** What a name means: the left-hand side, the right-hand side, and the names that it uses in turn. */
export interface Definition {
  readonly left: string;
  readonly right: string;
  readonly uses?: readonly string[];
}

/** By operator; `bessel` is the modified Bessel function itself. */
export const LATEX_DEFINITIONS: Readonly<Record<string, Definition>> = {
  relu: { left: '\\operatorname{relu}(z)', right: '\\max(z, 0)' },
  elu: { left: '\\operatorname{elu}(z)', right: cases('z', 'e^{z} - 1') },
  selu: {
    left: '\\operatorname{selu}(z)',
    right: `1.0507009873554805 \\cdot ${cases('z', '1.6732632423543772 \\, (e^{z} - 1)')}`,
  },
  swish: { left: '\\operatorname{swish}(z)', right: 'z \\, \\sigma(z)', uses: ['sigmoid'] },
  mish: { left: '\\operatorname{mish}(z)', right: 'z \\tanh(\\operatorname{softplus}(z))', uses: ['softplus'] },
  elish: {
    left: '\\operatorname{elish}(z)',
    right: `\\sigma(z) \\cdot ${cases('z', 'e^{z} - 1')}`,
    uses: ['sigmoid'],
  },
  gelu: {
    left: '\\operatorname{gelu}(z)',
    right: '\\tfrac{1}{2} z \\left(1 + \\operatorname{erf}(z / \\sqrt{2})\\right)',
    uses: ['erf'],
  },
  leakyrelu: { left: '\\operatorname{leakyrelu}(z)', right: cases('z', '0.01 z') },
  softplus: { left: '\\operatorname{softplus}(z)', right: '\\ln(1 + e^{z})' },
  softsign: { left: '\\operatorname{softsign}(z)', right: '\\frac{z}{1 + |z|}' },
  hard_sigmoid: { left: '\\operatorname{hard\\_sigmoid}(z)', right: '\\min(1, \\max(0, 0.2 z + 0.5))' },
  log_sigmoid: { left: '\\sigma(z)', right: '\\frac{1}{1 + e^{-z}}' },
  sigmoid: { left: '\\sigma(z)', right: '\\frac{1}{1 + e^{-z}}' },
  erfc: { left: '\\operatorname{erfc}(z)', right: '1 - \\operatorname{erf}(z)', uses: ['erf'] },
  erf: { left: '\\operatorname{erf}(z)', right: '\\frac{2}{\\sqrt{\\pi}} \\int_0^z e^{-t^2} \\, dt' },
  bessel_i0e: { left: '\\operatorname{i_{0e}}(z)', right: 'e^{-|z|} I_0(z)', uses: ['bessel'] },
  bessel_i1e: { left: '\\operatorname{i_{1e}}(z)', right: 'e^{-|z|} I_1(z)', uses: ['bessel'] },
  bessel: { left: 'I_n(z)', right: '\\frac{1}{\\pi} \\int_0^\\pi e^{z \\cos t} \\cos(n t) \\, dt' },
};
