import type * as tfjs from '@tensorflow/tfjs';
import type { ChebyshevSums } from '../special-functions/chebyshev.js';

/** The tfjs module of the backend in use. Always a parameter: a second copy of tfjs would be a second engine. */
export type Tf = typeof tfjs;
export type Tensor = tfjs.Tensor;

/** What loops over vectors are made of: plain functions, or kernels that give the same bits. */
export interface VectorKernels {
  readonly chebyshevSums: ChebyshevSums;
}

interface OperatorBase {
  /** The name in expressions: lower case letters, digits and underscores, starting with a letter. */
  readonly name: string;
  /** Templates for code export by target, e.g. `{ torch: 'torch.sin({x})' }`; built-in operators need none. */
  readonly code?: Readonly<Record<string, string>>;
  /**
   * Makes a loop that writes what `evaluate` gives for each element of vectors of one length, to the bit, where it can
   * do so much faster than one by one. Of built-in operators only: the loop may keep memory of its own.
   */
  readonly vectorLoop?: (kernels: VectorKernels) => (args: readonly Float64Array[], out: Float64Array) => void;
  /**
   * Which arguments may change places without changing a value, but for the sign of a zero: all, or the first two.
   * @defaultValue none
   */
  readonly symmetric?: 'all' | 'first two';
}

/** f(x). */
export interface UnaryOperator extends OperatorBase {
  readonly arity: 1;
  /** float64 semantics, IEEE 754: never throws. */
  readonly evaluate: (x: number) => number;
  /** The same in tfjs, element-wise, with a gradient that agrees with finite differences. */
  readonly tensor: (tf: Tf, x: Tensor) => Tensor;
}

/** f(a, b). */
export interface BinaryOperator extends OperatorBase {
  readonly arity: 2;
  readonly evaluate: (a: number, b: number) => number;
  readonly tensor: (tf: Tf, a: Tensor, b: Tensor) => Tensor;
}

/** f(a₁, ..., aₙ), n ≥ 1. */
export interface NaryOperator extends OperatorBase {
  readonly arity: 'n';
  readonly evaluate: (args: ArrayLike<number>) => number;
  readonly tensor: (tf: Tf, args: readonly Tensor[]) => Tensor;
}

export type Operator = UnaryOperator | BinaryOperator | NaryOperator;

/**
 * A named, versioned set of operators. The order within each class is the order of schema instances
 * (docs/design.md section 3), so changing it makes another version.
 */
export interface OperatorSet {
  readonly name: string;
  readonly version: number;
  readonly unary: readonly UnaryOperator[];
  readonly binary: readonly BinaryOperator[];
  readonly nary: readonly NaryOperator[];
  /** Names of the operators of one's own among them; absent in the built-in sets. */
  readonly own?: ReadonlySet<string>;
  /** Of the module that defines the set, SHA-256 in hex; absent in the built-in sets. */
  readonly sourceHash?: string;
  /** The path of that module. */
  readonly origin?: string;
}
