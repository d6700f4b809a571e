import { snakeCase } from '../names.js';
import type { OperatorCode } from '../operator-code.js';
import type { ExportSource, TargetFile } from '../source.js';
import { SUM_START } from '../steps.js';
import { type PythonTarget, pythonFile } from './python.js';

const OPERATORS: OperatorCode = {
  zero: '_constant({x}, 0.0)',
  one: '_constant({x}, 1.0)',
  negative: '-{x}',
  abs: 'tf.abs({x})',
  // tf.math.reciprocal may be an approximation, for which 1/1 is not 1.
  reciprocal: '1.0 / {x}',
  square: 'tf.square({x})',
  exp: 'tf.exp({x})',
  erf: 'tf.math.erf({x})',
  erfc: 'tf.math.erfc({x})',
  sinh: 'tf.sinh({x})',
  cosh: 'tf.cosh({x})',
  tanh: 'tf.tanh({x})',
  expm1: 'tf.math.expm1({x})',
  sigmoid: 'tf.sigmoid({x})',
  log_sigmoid: 'tf.math.log_sigmoid({x})',
  arcsinh: 'tf.asinh({x})',
  arctan: 'tf.atan({x})',
  bessel_i0e: 'tf.math.bessel_i0e({x})',
  bessel_i1e: 'tf.math.bessel_i1e({x})',
  relu: 'tf.nn.relu({x})',
  elu: '_elu({x})',
  selu: '_selu({x})',
  swish: '{x} * tf.sigmoid({x})',
  softplus: 'tf.math.softplus({x})',
  softsign: 'tf.nn.softsign({x})',
  hard_sigmoid: 'tf.minimum(tf.maximum(0.2 * {x} + 0.5, 0.0), 1.0)',
  elish: '_elu({x}) * tf.sigmoid({x})',
  leakyrelu: 'tf.where({x} > 0, {x}, 0.01 * {x})',
  mish: '{x} * tf.tanh(tf.math.softplus({x}))',
  gelu: '0.5 * {x} * (1.0 + tf.math.erf({x} / 2.0**0.5))',
  add: '{a} + {b}',
  sub: '{a} - {b}',
  mul: '{a} * {b}',
  div: '{a} / {b}',
  pow: '_pow({a}, {b})',
  max: 'tf.maximum({a}, {b})',
  min: 'tf.minimum({a}, {b})',
  [SUM_START]: '{x}',
};

const HELPERS = {
  _constant: `def _constant(x, value):
    # A true constant, not x * 0: NaN and infinity do not pass, and the gradient is 0 (of tf.zeros_like it is None).
    return tf.where(tf.ones_like(x, dtype=tf.bool), tf.cast(value, x.dtype), x)`,
  _elu: `def _elu(x):
    # expm1 is accurate near 0; the minimum keeps the unused branch from overflowing in the gradient.
    return tf.where(x > 0, x, tf.math.expm1(tf.minimum(x, 0.0)))`,
  _selu: `def _selu(x):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * tf.where(x > 0, x, alpha * tf.math.expm1(tf.minimum(x, 0.0)))`,
  _pow: `def _pow(a, b):
    # Where b = 0 the function is constant in a, although b * a^(b - 1) is 0 * infinity at a = 0.
    return tf.pow(tf.where(tf.equal(b, 0.0), tf.stop_gradient(a), a), b)`,
};

/** TensorFlow operations, for Keras 2 of TensorFlow 2.15 and for Keras 3 on TensorFlow. */
const KERAS: PythonTarget = {
  key: 'keras',
  operators: OPERATORS,
  helpers: HELPERS,
  imports: 'import tensorflow as tf',
  modules: ['tf', 'tensorflow'],
  signature: '@tf.keras.utils.register_keras_serializable(package="aquasurf")\ndef NAME(x):',
  usage: (words) => [
    'For Keras on TensorFlow: Keras 2 (TensorFlow up to 2.15), or Keras 3 with its TensorFlow backend.',
    `Use activation=${snakeCase(words)}, or tf.keras.layers.Activation(${snakeCase(words)}). Saved models keep it;`,
    'import this file before loading them.',
  ],
};

export const kerasFile = (source: ExportSource): TargetFile => pythonFile(source, KERAS);
