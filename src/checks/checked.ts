import type { z } from 'zod';
import { nearestNames } from '../domain/expression/nearest-names.js';
import { AquasurfError } from '../errors.js';

/** Longest value that a message repeats. */
const SHOWN = 40;

/**
 * What a caller gives, as the schema reads it. Callers in JavaScript, and what stands behind HTTP, may give anything: an
 * object in the place of a name would be a query of the database.
 * @param where the verb, e.g. `report`
 * @param nameOf how the caller writes a key, e.g. `--val-acc` for `valAcc`
 * @throws AquasurfError USAGE, one line that names what is wrong; beside a key that is unknown stands the nearest one
 */
export function checked<T>(
  schema: z.ZodType,
  value: T,
  where: string,
  nameOf: (key: string) => string = (key) => key,
): T {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data as T;
  throw new AquasurfError('USAGE', `${where}: ${faultLine(schema, error.issues[0]!, nameOf)}`);
}

function faultLine(schema: z.ZodType, issue: z.core.$ZodIssue, nameOf: (key: string) => string): string {
  const path = issue.path.map((key, i) =>
    typeof key === 'number' ? `[${key}]` : i === 0 ? nameOf(String(key)) : `.${String(key)}`,
  );
  if (issue.code === 'unrecognized_keys') return unknownKey(issue.keys[0]!, knownKeys(schema, issue.path), nameOf);
  return path.length === 0 ? issue.message : `${path.join('')}: ${issue.message}`;
}

function unknownKey(key: string, known: readonly string[], nameOf: (key: string) => string): string {
  const [nearest] = nearestNames(key, known);
  const mend = nearest === undefined ? `there are ${known.map(nameOf).join(', ')}` : `did you mean ${nameOf(nearest)}?`;
  return `unknown key ${shown(key)}; ${mend}`;
}

/** Keys of the object at that place of the schema. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const place = path.reduce<SchemaPart | undefined>((part, key) => unwrapped(part)?.shape?.[key], schema as SchemaPart);
  return Object.keys(unwrapped(place)?.shape ?? {});
}

/** An object's schema, or one around another: optional, nullable. */
interface SchemaPart {
  shape?: Record<PropertyKey, SchemaPart>;
  def?: { innerType?: SchemaPart };
}

const unwrapped = (part: SchemaPart | undefined): SchemaPart | undefined =>
  part?.def?.innerType ? unwrapped(part.def.innerType) : part;

/** A value as messages repeat it, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || typeof value !== 'object') {
    const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
    return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  }
  return Array.isArray(value) ? 'a list' : 'an object';
}
