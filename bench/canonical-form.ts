import { ALIAS_CLASSES, compareAliases } from '../dist/domain/analysis/alias-class.js';
import { type MergedFunctions, mergeFunctions, randomMergedPairs } from '../dist/domain/analysis/merged-functions.js';
import { parseExpression } from '../dist/domain/expression/expression.js';
import { canonicalHash } from '../dist/domain/features/canonical-hash.js';
import { evaluateFloat32 } from '../dist/domain/features/evaluate-float32.js';
import { OUTPUT_INPUTS } from '../dist/domain/features/output-features.js';
import { comparePrecisely } from '../dist/kernels/precise-comparison.js';
import type { Row } from './benchmark.js';

/** What docs/canonical-form.md reports about the functions of some schemas. */
export function canonicalForm(schemas: readonly string[], pairs: number, notify: (line: string) => void): Row[] {
  notify(`enumerating ${schemas.join(' ')}`);
  const functions = mergeFunctions(schemas);
  return [...mergers(functions, notify), ...classes(functions, pairs, notify)];
}

/** How many hashes hold functions that float32 evaluation tells apart. */
export function mergers(
  { names, classOf, representatives, usable }: MergedFunctions,
  notify: (line: string) => void,
): Row[] {
  const members = new Uint32Array(representatives.length);
  const float32Hashes = new Set<string>();
  const ofClass = representatives.map(() => new Set<string>());
  names.forEach((name, i) => {
    if (i % 100_000 === 0) notify(`${i} of ${names.length} functions evaluated in float32`);
    const hash = canonicalHash(evaluateFloat32(parseExpression(name), OUTPUT_INPUTS));
    const short = hash.slice(0, 16);
    members[classOf[i]!]!++;
    float32Hashes.add(short);
    ofClass[classOf[i]!]!.add(short);
  });
  const count = (holds: (kind: number) => boolean) =>
    representatives.reduce((n, _, kind) => n + Number(holds(kind)), 0);
  const mergedInFloat64 = (kind: number) => ofClass[kind]!.size > 1;
  return [
    row('functions', names.length),
    row('hashes (float64 evaluation)', representatives.length),
    row(
      '... of usable functions',
      count((kind) => usable[kind]!),
    ),
    row('hashes by float32 evaluation', float32Hashes.size),
    row(
      'hashes of more than one function',
      count((kind) => members[kind]! > 1),
    ),
    row('... that merge only by float64 evaluation', count(mergedInFloat64)),
    row(
      '... ... of usable functions',
      count((kind) => mergedInFloat64(kind) && usable[kind]!),
    ),
  ];
}

/** How the names of random pairs differ away from the samples. */
function classes(functions: MergedFunctions, pairs: number, notify: (line: string) => void): Row[] {
  const counts = new Map<string, number>(ALIAS_CLASSES.map((kind) => [kind, 0]));
  const examples = new Map<string, string>();
  let inside = 0;
  let unusable = 0;
  randomMergedPairs(functions, pairs, 'merged pairs').forEach(({ representative, alias, usable }, i) => {
    if (i % 1000 === 0) notify(`${i} of ${pairs} pairs compared`);
    const [a, b] = [parseExpression(representative), parseExpression(alias)];
    const comparison = compareAliases(a, b, { comparePrecisely, seed: `merged pairs ${i}` });
    const { class: kind, at } = comparison;
    counts.set(kind, counts.get(kind)! + 1);
    if (comparison.inside > 0) {
      inside++;
      notify(`within the samples' range: ${representative} and ${alias}, ${JSON.stringify(comparison)}`);
    }
    if (!usable) unusable++;
    if (!examples.has(kind))
      examples.set(kind, `${representative}, ${alias}${at === undefined ? '' : ` at ${at.toPrecision(4)}`}`);
    if (['different', 'undecided'].includes(kind))
      notify(`${kind}: ${representative}, ${alias}, ${JSON.stringify(comparison)}`);
  });
  return [
    row('random pairs of one hash', pairs),
    row('... of unusable functions', unusable),
    row('... that differ in [-3.05, 2.76]', inside),
    ...ALIAS_CLASSES.map((kind) => row(`... in [-50, 50]: ${kind}`, counts.get(kind)!, examples.get(kind))),
  ];
}

const row = (what: string, count: number, example = ''): Row => ({ what, count, example });
