import { snakeCase } from '../names.js';
import type { OperatorCode } from '../operator-code.js';
import type { ExportSource, TargetFile } from '../source.js';
import { SUM_START } from '../steps.js';
import { type PythonTarget, pythonFile } from './python.js';

const OPERATORS: OperatorCode = {
  zero: 'jnp.zeros_like({x})',
  one: 'jnp.ones_like({x})',
  negative: '-{x}',
  abs: 'jnp.where({x} == 0, 0.0, jnp.abs({x}))',
  reciprocal: '1.0 / {x}',
  square: 'jnp.square({x})',
  exp: 'jnp.exp({x})',
  erf: 'jax.scipy.special.erf({x})',
  erfc: 'jax.scipy.special.erfc({x})',
  sinh: 'jnp.sinh({x})',
  cosh: 'jnp.cosh({x})',
  tanh: 'jnp.tanh({x})',
  expm1: 'jnp.expm1({x})',
  sigmoid: 'jax.nn.sigmoid({x})',
  log_sigmoid: 'jax.nn.log_sigmoid({x})',
  arcsinh: 'jnp.arcsinh({x})',
  arctan: 'jnp.arctan({x})',
  bessel_i0e: 'jax.scipy.special.i0e({x})',
  bessel_i1e: 'jax.scipy.special.i1e({x})',
  relu: 'jax.nn.relu({x})',
  elu: '_elu({x})',
  selu: '_selu({x})',
  swish: '{x} * jax.nn.sigmoid({x})',
  softplus: 'jax.nn.softplus({x})',
  softsign: '{x} / (1.0 + jnp.abs({x}))',
  hard_sigmoid: 'jnp.clip(0.2 * {x} + 0.5, 0.0, 1.0)',
  elish: '_elu({x}) * jax.nn.sigmoid({x})',
  leakyrelu: 'jnp.where({x} > 0, {x}, 0.01 * {x})',
  mish: '{x} * jnp.tanh(jax.nn.softplus({x}))',
  gelu: '0.5 * {x} * (1.0 + jax.scipy.special.erf({x} / 2.0**0.5))',
  add: '{a} + {b}',
  sub: '{a} - {b}',
  mul: '{a} * {b}',
  div: '_div({a}, {b})',
  pow: '_pow({a}, {b})',
  max: '_max({a}, {b})',
  min: '_min({a}, {b})',
  [SUM_START]: '{x}',
};

/** max or min: NaN passes, of equals the second is the value (max(0, -0) = -0), and the first has the gradient. */
const choice = (name: string, sign: '>' | '<', word: string): string => `@jax.custom_jvp
def ${name}(a, b):
    # The ${word}; NaN where either is NaN.
    return jnp.where((a ${sign} b) | jnp.isnan(a), a, b)


@${name}.defjvp
def ${name}_jvp(primals, tangents):
    (a, b), (da, db) = primals, tangents
    return ${name}(a, b), jnp.where(a ${sign}= b, da, db)`;

const HELPERS = {
  _elu: `def _elu(x):
    # expm1 is accurate near 0; the inner where keeps the unused branch from overflowing in the gradient.
    return jnp.where(x > 0, x, jnp.expm1(jnp.where(x > 0, 0.0, x)))`,
  _selu: `def _selu(x):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * jnp.where(x > 0, x, alpha * jnp.expm1(jnp.where(x > 0, 0.0, x)))`,
  _div: `@jax.custom_jvp
def _div(a, b):
    return a / b


@_div.defjvp
def _div_jvp(primals, tangents):
    # JAX's own rule has b ** -2, which overflows for small b.
    (a, b), (da, db) = primals, tangents
    y = _div(a, b)
    return y, (da - y * db) / b`,
  _max: choice('_max', '>', 'larger'),
  _min: choice('_min', '<', 'smaller'),
  _pow: `@jax.custom_jvp
def _pow(a, b):
    return jnp.power(a, b)


@_pow.defjvp
def _pow_jvp(primals, tangents):
    # The derivative by the base is 0 where b = 0, and that by the exponent, a^b * ln(a), is taken as 0 where a <= 0.
    (a, b), (da, db) = primals, tangents
    y = _pow(a, b)
    by_a = jnp.where(b == 0, 0.0, b * jnp.power(a, b - 1.0))
    by_b = jnp.where(a > 0, y * jnp.log(jnp.where(a > 0, a, 1.0)), 0.0)
    return y, by_a * da + by_b * db`,
};

/** A pure function of jax.numpy. */
const JAX: PythonTarget = {
  key: 'jax',
  operators: OPERATORS,
  helpers: HELPERS,
  imports: 'import jax\nimport jax.numpy as jnp',
  modules: ['jax', 'jnp'],
  signature: 'def NAME(x):',
  usage: (words) => [
    'For JAX, any floating-point type, also under jit, grad, vmap and jvp.',
    `Use ${snakeCase(words)}(x), e.g. as activation_fn of a Flax or Equinox layer.`,
  ],
};

export const jaxFile = (source: ExportSource): TargetFile => pythonFile(source, JAX);
