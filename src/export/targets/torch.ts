import { pascalCase, snakeCase } from '../names.js';
import type { OperatorCode } from '../operator-code.js';
import type { ExportSource, TargetFile } from '../source.js';
import { SUM_START } from '../steps.js';
import { type PythonTarget, pythonFile } from './python.js';

const OPERATORS: OperatorCode = {
  zero: '_constant({x}, 0.0)',
  one: '_constant({x}, 1.0)',
  negative: '-{x}',
  abs: 'torch.abs({x})',
  reciprocal: 'torch.reciprocal({x})',
  square: 'torch.square({x})',
  exp: 'torch.exp({x})',
  erf: 'torch.erf({x})',
  erfc: 'torch.erfc({x})',
  sinh: 'torch.sinh({x})',
  cosh: 'torch.cosh({x})',
  tanh: 'torch.tanh({x})',
  expm1: 'torch.expm1({x})',
  sigmoid: 'torch.sigmoid({x})',
  log_sigmoid: 'torch.nn.functional.logsigmoid({x})',
  arcsinh: 'torch.asinh({x})',
  arctan: 'torch.atan({x})',
  bessel_i0e: 'torch.special.i0e({x})',
  bessel_i1e: 'torch.special.i1e({x})',
  relu: 'torch.relu({x})',
  elu: '_elu({x})',
  selu: '_selu({x})',
  swish: '{x} * torch.sigmoid({x})',
  softplus: '_softplus({x})',
  softsign: '{x} / (1.0 + torch.abs({x}))',
  hard_sigmoid: 'torch.clamp(0.2 * {x} + 0.5, 0.0, 1.0)',
  elish: '_elu({x}) * torch.sigmoid({x})',
  leakyrelu: 'torch.where({x} > 0, {x}, 0.01 * {x})',
  mish: '{x} * torch.tanh(_softplus({x}))',
  gelu: '0.5 * {x} * (1.0 + torch.erf({x} / 2.0**0.5))',
  add: '{a} + {b}',
  sub: '{a} - {b}',
  mul: '{a} * {b}',
  div: '{a} / {b}',
  pow: '_pow({a}, {b})',
  max: '_max({a}, {b})',
  min: '_min({a}, {b})',
  [SUM_START]: '{x}',
};

const HELPERS = {
  _constant: `def _constant(x, value):
    # A true constant, not x * 0: NaN and infinity do not pass, and the gradient is 0.
    return x.masked_fill(torch.ones_like(x, dtype=torch.bool), value)`,
  _elu: `def _elu(x):
    # expm1 is accurate near 0; the clamp keeps the unused branch from overflowing in the gradient.
    return torch.where(x > 0, x, torch.expm1(x.clamp(max=0.0)))`,
  _selu: `def _selu(x):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0.0)))`,
  _softplus: `def _softplus(x):
    # Without overflow on the right or cancellation on the left.
    return -torch.nn.functional.logsigmoid(-x)`,
  _max: `def _max(a, b):
    # The larger; NaN where either is NaN. At equals a has the gradient; torch.maximum would halve it.
    return torch.where((a >= b) | torch.isnan(a), a, b)`,
  _min: `def _min(a, b):
    # The smaller; NaN where either is NaN. At equals a has the gradient; torch.minimum would halve it.
    return torch.where((a <= b) | torch.isnan(a), a, b)`,
  _pow: `def _pow(a, b):
    # Where a <= 0, the derivative a^b * ln(a) by the exponent is not real, and taken as 0.
    return torch.pow(a, torch.where(a > 0, b, b.detach()))`,
};

/** PyTorch 1.13 or newer: a function, and a module that calls it. */
const TORCH: PythonTarget = {
  key: 'torch',
  operators: OPERATORS,
  helpers: HELPERS,
  imports: 'import torch',
  modules: ['torch'],
  signature: 'def NAME(x: torch.Tensor) -> torch.Tensor:',
  usage: (words) => [
    'For PyTorch 1.13 or newer, any floating-point type, on any device.',
    `Use ${snakeCase(words)}(x), or ${pascalCase(words)}() as a layer.`,
  ],
  layer: torchModule,
};

function torchModule(words: readonly string[], source: ExportSource): string {
  return `class ${pascalCase(words)}(torch.nn.Module):
    """${source.fn} as a layer."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return ${snakeCase(words)}(x)`;
}

export const torchFile = (source: ExportSource): TargetFile => pythonFile(source, TORCH);
