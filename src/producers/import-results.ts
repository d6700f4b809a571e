import type { FunctionResults } from '../act-bench/function-results.js';
import { FunctionEnumerator } from '../domain/enumeration/enumerator.js';
import { countOperators, formatExpression, parseExpression } from '../domain/expression/expression.js';
import { ExpressionError } from '../domain/expression/expression-error.js';
import { rankOf } from '../domain/expression/rank.js';
import { canonicalHash } from '../domain/features/canonical-hash.js';
import { isUsable, outputFeatures } from '../domain/features/output-features.js';
import { layersFault, packCdf } from '../domain/features/spectrum.js';
import { operatorSet } from '../domain/operators/index.js';
import { AquasurfError } from '../errors.js';
import type { Pipeline } from '../queues/pipeline.js';
import type { StudyDoc } from '../store/documents.js';
import { rangeId } from '../store/functions/spaces.js';
import type { ImportCounts, ImportedFunction } from '../store/trials/import-results.js';
import { importedFisherSettings } from './imported-settings.js';
import { listSpace } from './spaces/spaces.js';
import { checkMeasured } from './training/report-result.js';

export interface ImportOptions {
  /**
   * Where the Fisher features come from: the original program (or Act-Bench); a study with this study's settings; or
   * nowhere: then they are left out. @defaultValue what the file says, as those of `aquasurf export` do, else 'original'
   */
  features?: 'original' | 'study' | 'none';
}

export interface ImportReport extends ImportCounts {
  /** Functions that are the same as others of the file, by their outputs: the simplest name stays. */
  merged: number;
  /** Functions with outputs that are not finite, or all equal: left out. */
  unusable: number;
}

interface NamedResults extends FunctionResults {
  hash: string;
}

/** Functions in one list, and in one round of writes. */
const PAGE = 1000;

/**
 * Adds functions to a study's space and their results and features to its trials. Run i of a function gets the seed i
 * after the study's. What is there stays as it is, so that an import may be repeated.
 * @throws AquasurfError TABLE_INVALID for a name that is no function, and for features that are no CDFs; USAGE where a
 * result lacks the study's metric; FAILED where the features do not fit those that the study has
 */
export async function importResults(
  { store }: Pipeline,
  name: string,
  functions: readonly FunctionResults[],
  options: ImportOptions = {},
): Promise<ImportReport> {
  const study = await store.studies.get(name);
  refuseOwnOperators(study);
  for (const entry of functions) checkEntry(study, entry);
  const { entries, merged, unusable } = distinct(functions);
  const settings = await importedFisherSettings(store, study, entries, options.features);
  const report: ImportReport = { added: 0, known: 0, running: 0, waiting: 0, features: 0, merged, unusable };
  const now = await store.now();
  for (let start = 0; start < entries.length; start += PAGE) {
    const page = entries.slice(start, start + PAGE);
    await addToSpace(store, study, page);
    const counts = await store.imports.import(name, page.map(importedFunction(study)), { settings, now });
    for (const key of ['added', 'known', 'running', 'waiting', 'features'] as const) report[key] += counts[key];
  }
  return report;
}

/** Their outputs are known to their module alone, which runs in workers. */
function refuseOwnOperators({ _id, operatorSource, operators }: StudyDoc): void {
  if (operatorSource === undefined) return;
  throw new AquasurfError(
    'FAILED',
    `study ${_id} has operators of its own (${operators}): tables go into studies with built-in operators`,
  );
}

function checkEntry(study: StudyDoc, { fn, results, fisherCdf, fisherSettings }: FunctionResults): void {
  const mend = `import a file that has it, or into a study of another metric`;
  for (const result of results) checkMeasured(study, result, `import of ${fn}`, mend);
  const fault = fisherCdf?.length ? layersFault(fisherCdf, fisherSettings?.uploaded) : undefined;
  if (fault !== undefined) throw new AquasurfError('TABLE_INVALID', `the Fisher features of ${fn}: ${fault}`);
}

/** Each function once, under its smallest name; what one of its names lacks, another may have. */
function distinct(functions: readonly FunctionResults[]) {
  const byHash = new Map<string, NamedResults>();
  let unusable = 0;
  for (const given of functions) {
    const fn = canonicalName(given.fn);
    const outputs = outputFeatures(fn);
    if (!isUsable(outputs)) {
      unusable++;
      continue;
    }
    const hash = canonicalHash(outputs);
    const own = { ...given, fn, hash };
    const known = byHash.get(hash);
    byHash.set(hash, known ? merged(known, own) : own);
  }
  const entries = [...byHash.values()];
  return { entries, merged: functions.length - unusable - entries.length, unusable };
}

function merged(a: NamedResults, b: NamedResults): NamedResults {
  const [first, second] = rank(a.fn) <= rank(b.fn) ? [a, b] : [b, a];
  const featured = !first.fisherCdf?.length && second.fisherCdf ? second : first;
  const { fisherSettings: _, ...named } = first;
  return {
    ...named,
    results: first.results.length > 0 ? first.results : second.results,
    fisherCdf: featured.fisherCdf,
    ...(featured.fisherSettings ? { fisherSettings: featured.fisherSettings } : {}),
  };
}

const rank = (fn: string): string => rankOf(fn, countOperators(parseExpression(fn)));

function canonicalName(name: string): string {
  try {
    return formatExpression(parseExpression(name));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new AquasurfError('TABLE_INVALID', `the file has "${name}", which is no function: ${error.message}`);
  }
}

/** Stores the functions under their names, and under those of their other names that mean the same here. */
async function addToSpace(store: Pipeline['store'], study: StudyDoc, entries: readonly NamedResults[]): Promise<void> {
  const names = entries.flatMap(({ fn, hash, equivalents }) => [fn, ...equivalents.filter(sameFunction(hash))]);
  const operators = operatorSet('all');
  for (let start = 0; start < names.length; start += PAGE) {
    const space = listSpace(names.slice(start, start + PAGE));
    const range = { space: space._id, from: 0, to: Number(space.size) };
    await store.spaces.put(space);
    await store.studies.addSpaces(study._id, [space._id]);
    const batch = new FunctionEnumerator().enumerate({ names: space.names! }, operators, 0, range.to);
    await store.functions.storeRange(space._id, batch);
    await store.spaces.want([space._id]);
    await store.spaces.ensureRanges([range]);
    await store.spaces.markRangeDone(rangeId(range));
    await store.spaces.markExpanded(space._id);
  }
}

const sameFunction = (hash: string) => (name: string) => {
  try {
    return canonicalHash(outputFeatures(name)) === hash;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
};

const importedFunction =
  (study: StudyDoc) =>
  ({ fn, hash, results, fisherCdf }: NamedResults): ImportedFunction => ({
    ...{ fn, hash },
    runs: results.map((result, i) => ({ seed: study.seed + i, result })),
    features: fisherCdf && packCdf(fisherCdf.map((value) => Math.min(value, 1))),
  });
