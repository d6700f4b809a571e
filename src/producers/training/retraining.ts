import type { Pipeline } from '../../queues/pipeline.js';
import type { StudyDoc } from '../../store/documents.js';
import { ensureJobs } from '../ensure-jobs.js';
import { hashesInStudy, notPopulated } from '../study-functions.js';
import { checkTrainable } from './check-training.js';

export interface TrainOptions {
  /** These functions of the study. @defaultValue all usable ones */
  functions?: readonly string[];
  /** Runs that each shall have, those that are there counted: with the seeds study seed, study seed + 1, ... @defaultValue 1 */
  seeds?: number;
}

/** Hashes read from the store, and runs owed, at once. */
const PAGE = 1000;
/** Jobs looked at in one pass: enough for any number of consumers until the next. */
const MAX_JOBS = 200;

/**
 * Records that functions shall be trained with several seeds each, whatever the search does; `reconcile` enqueues what
 * is not there yet. The first result of a function makes its trial done, with the lowest free number, as any result from
 * outside a search: of the trials that a search wants it is one.
 * @returns number of trainings newly owed
 * @throws AquasurfError FUNCTION_NOT_IN_STUDY, FAILED where the study is not populated yet, USAGE where the task has no
 *   network or the number of seeds makes no sense
 */
export async function oweTraining(pipeline: Pipeline, name: string, options: TrainOptions = {}): Promise<number> {
  const { store } = pipeline;
  const study = await store.studies.get(name);
  checkTrainable(study);
  const seeds = Array.from({ length: options.seeds ?? 1 }, (_, i) => study.seed + i);
  let owed = 0;
  for await (const hashes of wanted(pipeline, study, options)) {
    owed += await store.retrainings.owe(
      name,
      hashes.flatMap((hash) => seeds.map((seed) => ({ hash, seed }))),
    );
  }
  return owed;
}

/**
 * Records that the best functions of a study shall have `count` further runs, with seeds that they have not had.
 * Asked again before they are there, it adds none.
 * @returns number of trainings newly owed
 * @throws AquasurfError USAGE where the task has no network or the numbers make no sense
 */
export async function oweRetraining(
  { store }: Pipeline,
  name: string,
  { top, count }: { top: number; count: number },
): Promise<number> {
  const study = await store.studies.get(name);
  checkTrainable(study);
  let owed = 0;
  for (const { hash } of await store.trials.best(name, top, study.metric, study.direction)) {
    const runs = await store.runs.of(name, hash);
    const used = new Set(runs.map(({ seed }) => seed));
    const fresh: number[] = [];
    for (let seed = study.seed; fresh.length < count; seed++) if (!used.has(seed)) fresh.push(seed);
    owed += await store.retrainings.owe(
      name,
      fresh.map((seed) => ({ hash, seed })),
    );
  }
  return owed;
}

/** Trainings that are owed are owed a job: enqueues those that have none. */
export async function reconcileRetraining(
  { store, queues }: Pipeline,
  study: StudyDoc,
  retryFailed: boolean,
): Promise<void> {
  const owed = await store.retrainings.allOwed(study._id, MAX_JOBS);
  await ensureJobs(
    queues,
    'retraining',
    owed.map(({ hash, seed, generation }) => ({ study: study._id, hash, seed, generation })),
    ({ hash, seed, generation }) => store.retrainings.raiseGeneration(study._id, hash, seed, generation),
    retryFailed,
  );
}

async function* wanted({ store }: Pipeline, study: StudyDoc, options: TrainOptions): AsyncGenerator<string[]> {
  if (options.functions) {
    yield await hashesInStudy(store, study, options.functions);
    return;
  }
  let after: string | undefined;
  while (true) {
    const query = { usable: true, limit: PAGE, ...(after === undefined ? {} : { after }) };
    const page = await store.functions.hashesFrom(study.spaces, query);
    if (page.length > 0) yield page;
    else if (after === undefined) throw notPopulated(study);
    if (page.length < PAGE) return;
    after = page[page.length - 1];
  }
}
