import { type Normalization, NotNormalizableError, normalization } from '../domain/analysis/normalization.js';
import { formatExpression, parseExpression } from '../domain/expression/expression.js';
import { canonicalHash } from '../domain/features/canonical-hash.js';
import { outputFeatures } from '../domain/features/output-features.js';
import { ALL_OPERATORS } from '../domain/operators/index.js';
import type { OperatorSet } from '../domain/operators/types.js';
import { AquasurfError } from '../errors.js';
import { describe } from './description.js';
import { wordsOfExpression, wordsOfName } from './names.js';
import type { ExportSource, ExportTarget, TargetFile } from './source.js';
import { jaxFile } from './targets/jax.js';
import { kerasFile } from './targets/keras.js';
import { latexFile } from './targets/latex.js';
import { tfjsFile } from './targets/tfjs.js';
import { torchFile } from './targets/torch.js';
import { typescriptFile } from './targets/typescript.js';

interface ExportFunctionOptions {
  to: ExportTarget;
  /** Bake in the constants that give mean 0 and variance 1 for standard Gaussian input. @defaultValue false */
  normalize?: boolean;
  /** The function's name, in any case. @defaultValue one made from the expression */
  name?: string;
  /** The representative of the function's class, where a database knows it. */
  representative?: string;
  /** The version of this program, for the head of the file. */
  version?: string;
  /** The operators that are known; those of one's own bring `code`. @defaultValue ALL_OPERATORS */
  operators?: OperatorSet;
}

/** A function as a file for another program. */
export interface ExportedFunction {
  /** The text of the expression. */
  fn: string;
  hash: string;
  to: ExportTarget;
  /** Of the function within the file. */
  name: string;
  /** null without `normalize`. */
  normalization: Normalization | null;
  /** The text of the file. */
  code: string;
}

const TARGETS: Readonly<Record<ExportTarget, (source: ExportSource) => TargetFile>> = {
  torch: torchFile,
  keras: kerasFile,
  jax: jaxFile,
  tfjs: tfjsFile,
  typescript: typescriptFile,
  latex: latexFile,
};

/**
 * A self-contained file that computes a function as this program does: stable softplus and log_sigmoid, erfc accurate
 * in its tail, max and min that pass NaN on, IEEE pow, zero and one as constants whose gradient is 0. Common
 * sub-expressions are computed once. The text depends on the arguments alone; nothing is evaluated.
 * @param text e.g. `max(relu(x),cosh(elu(x)))`
 * @throws ExpressionError with the position, or for an operator of one's own without code for the target;
 * AquasurfError FUNCTION_NOT_NORMALIZABLE, or USAGE for a name that the target's language does not allow
 */
export function exportFunction(text: string, options: ExportFunctionOptions): ExportedFunction {
  const { to, name, normalize = false, operators = ALL_OPERATORS } = options;
  const expression = parseExpression(text, operators);
  const fn = formatExpression(expression);
  const hash = canonicalHash(outputFeatures(expression, operators));
  const moments = normalize ? momentsOf(() => normalization(expression, operators)) : undefined;
  const { representative, version } = options;
  const file = TARGETS[to]({
    expression,
    operators,
    fn,
    normalization: moments,
    words: name === undefined ? wordsOfExpression(expression, hash) : wordsOfName(name),
    named: name !== undefined,
    description: describe({ fn, hash, representative, to, normalize, name, version }),
  });
  return { fn, hash, to, name: file.name, normalization: moments ?? null, code: file.code };
}

function momentsOf(compute: () => Normalization): Normalization {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof NotNormalizableError)) throw error;
    throw new AquasurfError('FUNCTION_NOT_NORMALIZABLE', `${error.message}; leave --normalize out`, { cause: error });
  }
}
