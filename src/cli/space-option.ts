import { operatorSet } from '../domain/operators/index.js';
import { AquasurfError } from '../errors.js';
import { splitSpace } from '../producers/create-study.js';
import { listSpace, SPACE_PRESETS, schemaSpace } from '../producers/spaces.js';

/**
 * What `--space` means: presets are replaced by their schemas; schemas and functions are checked, so that a slip costs
 * nothing.
 * @throws AquasurfError USAGE; ExpressionError for a malformed schema or function
 */
export function expandSpace(entries: readonly string[], operators: string): string[] {
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
  const { schemas, functions } = splitSpace(expanded);
  checkSpace({ schemas, functions, operators });
  return [...new Set(expanded)];
}

/** @throws AquasurfError USAGE for a schema too large; ExpressionError for malformed ones, functions likewise */
export function checkSpace(space: {
  schemas: readonly string[];
  functions: readonly string[];
  operators: string;
}): void {
  const operators = operatorSet(space.operators);
  for (const schema of space.schemas) schemaSpace(schema, operators);
  listSpace(space.functions);
}
