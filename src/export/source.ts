import type { Normalization } from '../domain/analysis/normalization.js';
import type { Expression } from '../domain/expression/expression.js';
import type { OperatorSet } from '../domain/operators/types.js';

export const EXPORT_TARGETS = ['torch', 'keras', 'jax', 'tfjs', 'typescript', 'latex'] as const;

/** What a function can be written for. */
export type ExportTarget = (typeof EXPORT_TARGETS)[number];

/** What a target is given to write. */
export interface ExportSource {
  readonly expression: Expression;
  readonly operators: OperatorSet;
  /** The text of the expression. */
  readonly fn: string;
  /** Baked in where the output is normalised. */
  readonly normalization: Normalization | undefined;
  /** The words of the function's name, and whether a person chose them. */
  readonly words: readonly string[];
  readonly named: boolean;
  /** For the head of the file: what the function is and how the file was made. */
  readonly description: readonly string[];
}

/** A target's file. */
export interface TargetFile {
  /** The name of the function in it. */
  readonly name: string;
  readonly code: string;
}

/** Lines for the docstring of the function: what it is, of what. */
export function inWords({ fn, normalization }: ExportSource, of: string): string[] {
  const normalised = 'Normalised: mean 0 and variance 1 for standard Gaussian input.';
  return [`${fn}, ${of}.`, ...(normalization === undefined ? [] : [normalised])];
}
