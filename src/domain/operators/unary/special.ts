import { besselI0e, besselI0eOfAll, besselI1e, besselI1eOfAll } from '../../special-functions/bessel.js';
import * as errorFunctions from '../../special-functions/error-functions.js';
import * as tensors from '../tensor/special-functions.js';
import type { UnaryOperator } from '../types.js';

/* Math has none of these: the series of special-functions/ are ours, accurate to 4 units in the last place. */

/** Error function, 2/√π ∫₀ˣ e^{-t²} dt. */
export const erf: UnaryOperator = {
  name: 'erf',
  arity: 1,
  evaluate: errorFunctions.erf,
  vectorLoop:
    ({ chebyshevSums }) =>
    ([x], out) =>
      errorFunctions.erfOfAll(x!, out, chebyshevSums),
  tensor: tensors.erf,
};

/** Complementary error function, 1 - erf x, accurate in the tail. */
export const erfc: UnaryOperator = {
  name: 'erfc',
  arity: 1,
  evaluate: errorFunctions.erfc,
  vectorLoop:
    ({ chebyshevSums }) =>
    ([x], out) =>
      errorFunctions.erfcOfAll(x!, out, chebyshevSums),
  tensor: tensors.erfc,
};

/** Exponentially scaled modified Bessel function of order 0, e^{-|x|} I₀(x). */
export const besselI0eOperator: UnaryOperator = {
  name: 'bessel_i0e',
  arity: 1,
  evaluate: besselI0e,
  vectorLoop:
    ({ chebyshevSums }) =>
    ([x], out) =>
      besselI0eOfAll(x!, out, chebyshevSums),
  tensor: tensors.besselI0e,
};

/** Exponentially scaled modified Bessel function of order 1, e^{-|x|} I₁(x). */
export const besselI1eOperator: UnaryOperator = {
  name: 'bessel_i1e',
  arity: 1,
  evaluate: besselI1e,
  vectorLoop:
    ({ chebyshevSums }) =>
    ([x], out) =>
      besselI1eOfAll(x!, out, chebyshevSums),
  tensor: tensors.besselI1e,
};
