import type { OperatorSet } from '../../domain/operators/types.js';
import { AquasurfError } from '../../errors.js';
import { listSpace, type Sampling, sampleSpace, schemaSpace } from './spaces.js';

/** Names for several schemas at once: `standard` is the space of the paper (docs/design.md section 3). */
export const SPACE_PRESETS: Readonly<Record<string, readonly string[]>> = {
  standard: [
    'unary(unary(unary(unary(x))))',
    'unary(binary(unary(x),unary(x)))',
    'binary(unary(unary(x)),unary(x))',
    'binary(unary(x),unary(unary(x)))',
    'n-ary(unary(x),unary(x),unary(x))',
  ],
};

/**
 * The schemas and functions that a study's space consists of, presets replaced by their schemas; all are checked, so
 * that a slip costs nothing.
 * @throws AquasurfError USAGE; ExpressionError for a malformed schema or function
 */
export function expandSpace(
  entries: readonly string[],
  operators: OperatorSet,
): { schemas: string[]; functions: string[] } {
  const space = splitSpace(expandPresets(entries));
  checkSpace({ ...space, operators });
  return space;
}

/**
 * Presets replaced by their schemas, nothing twice.
 * @throws AquasurfError USAGE for a word that is no preset
 */
export function expandPresets(entries: readonly string[]): string[] {
  const expanded = entries.flatMap((entry) => {
    const preset = Object.hasOwn(SPACE_PRESETS, entry) ? SPACE_PRESETS[entry] : undefined;
    if (preset) return preset;
    // One word is no schema and, but for x, no function: it was meant to be a preset.
    if (/^[\w-]+$/.test(entry) && entry !== 'x') {
      const known = Object.keys(SPACE_PRESETS).join(', ');
      throw new AquasurfError('USAGE', `unknown space "${entry}": give a schema, a function, or a preset (${known})`);
    }
    return [entry];
  });
  return [...new Set(expanded)];
}

/** @throws AquasurfError USAGE for a schema or sample too large; ExpressionError for malformed ones, functions likewise */
export function checkSpace(space: {
  schemas: readonly string[];
  functions: readonly string[];
  operators: OperatorSet;
  /** Of each schema only so many instances. */
  sample?: Sampling | undefined;
}): void {
  for (const schema of space.schemas) {
    if (space.sample) sampleSpace(schema, space.operators, space.sample);
    else schemaSpace(schema, space.operators);
  }
  listSpace(space.functions, space.operators);
}

/** A schema is told from a function by its classes: `unary(x)` is a schema, `relu(x)` a function. */
export function splitSpace(entries: readonly string[]): { schemas: string[]; functions: string[] } {
  const isSchema = (entry: string) => /\b(unary|binary|n-ary)\s*\(/.test(entry);
  return { schemas: entries.filter(isSchema), functions: entries.filter((entry) => !isSchema(entry)) };
}
