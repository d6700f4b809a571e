import { isDeepStrictEqual } from 'node:util';
import type { Collection } from 'mongodb';
import { AquasurfError } from '../../errors.js';
import type { RunDoc, StoredResult } from '../documents.js';
import { retryConflicts, retryUpsert } from '../mongo/retry.js';
import { runId, storedHistory, storedResult } from './runs.js';

/** One finished training, as its worker tells it. */
export interface RunReport {
  seed: number;
  result: StoredResult;
  /** One entry an epoch. */
  history: RunDoc['history'];
  worker: string;
}

/** @returns true where it was not there yet; one that is stays as it is */
export async function storeRun(
  runs: Collection<RunDoc>,
  study: string,
  hash: string,
  run: RunReport,
): Promise<boolean> {
  const { upsertedCount } = await retryUpsert(() =>
    runs.updateOne(
      { _id: runId(study, hash, run.seed) },
      { $setOnInsert: { study, hash, seed: run.seed, ...told(run) }, $currentDate: { finishedAt: true } },
      { upsert: true },
    ),
  );
  return upsertedCount === 1;
}

/**
 * Corrects a run: what was there is kept in it. A run that says the same already is left alone, so that the same
 * correction may come twice.
 * @param now by the database's clock
 * @throws AquasurfError RESULT_NOT_FOUND where there is none of this seed
 */
export async function replaceRun(
  runs: Collection<RunDoc>,
  study: string,
  hash: string,
  run: RunReport,
  now: Date,
): Promise<void> {
  const _id = runId(study, hash, run.seed);
  for (;;) {
    const before = await runs.findOne({ _id });
    if (!before) throw await notFound(runs, study, hash, run.seed);
    const { result, history, worker, finishedAt, replaced = [] } = before;
    if (isDeepStrictEqual(result, storedResult(run.result))) return;
    // Of several corrections at once each finds what the one before has left.
    const unchanged = { _id, finishedAt, [`replaced.${replaced.length}`]: { $exists: false } };
    const { matchedCount } = await retryConflicts(() =>
      runs.updateOne(unchanged, {
        $set: told(run),
        $currentDate: { finishedAt: true },
        $push: { replaced: { result, history, worker, finishedAt, replacedAt: now } },
      }),
    );
    if (matchedCount === 1) return;
  }
}

const told = ({ result, history, worker }: RunReport) => ({
  result: storedResult(result),
  history: storedHistory(history),
  worker,
});

async function notFound(runs: Collection<RunDoc>, study: string, hash: string, seed: number): Promise<AquasurfError> {
  const others = await runs.find({ study, hash }).project<{ seed: number }>({ seed: 1 }).toArray();
  const seeds = others.map((run) => run.seed).sort((a, b) => a - b);
  const there =
    seeds.length === 0 ? 'none at all' : `those with ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`;
  return new AquasurfError(
    'RESULT_NOT_FOUND',
    `study ${study} has no result of this function with seed ${seed} to replace (it has ${there}): report it without replace`,
  );
}
