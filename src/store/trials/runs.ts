import type { Collection, Db, Filter } from 'mongodb';
import { mean } from '../../domain/averages.js';
import type { Damage } from '../damage.js';
import { figuresSchema, runSchema } from '../document-schemas.js';
import type { AggregateResult, RunDoc, StoredResult, TrialDoc } from '../documents.js';

/** `runs`: each training of a trial. Written by write-run.ts, read here. */
export class Runs {
  private readonly collection: Collection<RunDoc>;

  constructor(
    database: Db,
    private readonly damage: Damage,
  ) {
    this.collection = database.collection('runs');
  }

  async get(study: string, hash: string, seed: number): Promise<RunDoc | null> {
    return this.collection.findOne({ _id: runId(study, hash, seed) });
  }

  /** How many runs a study has. */
  async count(study: string): Promise<number> {
    return this.collection.countDocuments({ study });
  }

  /** The runs of a trial by seed. */
  async of(study: string, hash: string): Promise<RunDoc[]> {
    const runs = this.damage.sound('runs', runSchema, await this.collection.find({ study, hash }).toArray());
    return runs.sort((a, b) => a.seed - b.seed);
  }

  /** What the mean of a trial counts. */
  async figures(study: string, hash: string): Promise<Array<Pick<RunDoc, 'result' | 'replaced'>>> {
    const runs = await this.collection
      .find({ study, hash })
      .project<Pick<RunDoc, '_id' | 'result' | 'replaced'>>({ result: 1, replaced: 1 })
      .toArray();
    return this.damage.sound('runs', figuresSchema, runs);
  }

  /** The runs of several trials, each by seed; trials without runs are left out. */
  async ofMany(study: string, hashes: readonly string[]): Promise<Map<string, RunDoc[]>> {
    const runs = new Map<string, RunDoc[]>();
    for await (const run of this.collection.find({ study, hash: { $in: [...hashes] } }).sort({ hash: 1, seed: 1 })) {
      if (!this.damage.isSound('runs', runSchema, run)) continue;
      const own = runs.get(run.hash);
      if (own) own.push(run);
      else runs.set(run.hash, [run]);
    }
    return runs;
  }
}

export function runId(study: string, hash: string, seed: number): string {
  return `${study}:${hash}:${seed}`;
}

const FIGURES = ['valAcc', 'valLoss', 'testAcc', 'testLoss', 'trainAcc', 'trainLoss', 'runtime'] as const;

/** NaN and infinities become null: they break sorting in the database and JSON outside it. */
export function storedResult(result: StoredResult): StoredResult {
  return Object.fromEntries(FIGURES.map((key) => [key, finite(result[key])])) as StoredResult;
}

export function storedHistory(history: RunDoc['history']): RunDoc['history'] {
  return history.map((epoch) => Object.fromEntries(Object.entries(epoch).map(([key, value]) => [key, finite(value)])));
}

/** Mean of each figure over the runs that have it, and the standard errors of what studies optimise. */
export function aggregate(runs: ReadonlyArray<Pick<RunDoc, 'result' | 'replaced'>>): AggregateResult {
  const numbers = (key: keyof StoredResult) => runs.flatMap(({ result }) => finite(result[key]) ?? []);
  const means = Object.fromEntries(FIGURES.map((key) => [key, average(numbers(key))])) as StoredResult;
  const corrections = runs.reduce((sum, { replaced = [] }) => sum + replaced.length, 0);
  return {
    ...means,
    runs: runs.length,
    stderr: standardError(numbers('valAcc')),
    lossStderr: standardError(numbers('valLoss')),
    ...(corrections > 0 ? { revision: runs.length + corrections } : {}),
  };
}

/** The filter of trials whose mean counts fewer runs and corrections: both only become more, so it is an older one. */
export function olderThan({ runs, revision = runs }: AggregateResult): Filter<TrialDoc> {
  return {
    $or: [
      { 'result.revision': { $lt: revision } },
      { 'result.revision': { $exists: false }, 'result.runs': { $lt: revision } },
    ],
  };
}

function finite(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) ? value : null;
}

function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}

function standardError(values: readonly number[]): number | null {
  const centre = average(values);
  if (centre === null || values.length < 2) return null;
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
