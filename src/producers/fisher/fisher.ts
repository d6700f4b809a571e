import { createHash } from 'node:crypto';
import { nanoid } from 'nanoid';
import { AquasurfError } from '../../errors.js';
import type { Pipeline } from '../../queues/pipeline.js';
import type { StudyDoc } from '../../store/documents.js';
import { ensureJobs } from '../ensure-jobs.js';
import { hashesInStudy, notPopulated } from '../study-functions.js';
import { nextForFeatures } from './next-features.js';

export interface FisherOptions {
  /**
   * Random functions that shall have Fisher features, those that have them counted: asking twice adds nothing.
   * The baselines come on top. @defaultValue all usable functions of the study
   */
  limit?: number;
  /**
   * So many functions more than have features now: those that output features alone predict to be good from the finished
   * trials, neighbours of the best, and a share of random ones (with fewer than 3 finished trials, all random).
   */
  next?: number;
  /** These functions instead of random ones; they must be in the study. */
  functions?: readonly string[];
  /** Forget features that are there and compute them again. */
  fromScratch?: boolean;
}

/** Functions in one job before it is known what they take. */
const BATCH = 8;
/** As many as a job's payload takes. */
const LARGEST_BATCH = 64;
/** What a job should take, in seconds, once it is known what a function takes. */
const JOB_SECONDS = 15;
/** Hashes read from the store at once. */
const PAGE = 2000;

/**
 * Records which functions are owed Fisher features, in batches for one job each and in random order; `reconcile`
 * enqueues them. Functions whose features failed are owed them again.
 * @returns number of functions newly owed
 * @throws AquasurfError FAILED where the study is not populated yet, FUNCTION_NOT_IN_STUDY
 */
export async function oweFisher(pipeline: Pipeline, studyName: string, options: FisherOptions = {}): Promise<number> {
  const { store } = pipeline;
  const study = await store.studies.get(studyName);
  if (study.fisher.uploaded) {
    throw new AquasurfError('FAILED', `Fisher features of study ${studyName} are uploaded, not computed here`);
  }
  // A plane fitted on the features that are forgotten now would look current.
  if (options.fromScratch) await Promise.all([store.embeddings.clear(studyName), store.components.clear(studyName)]);
  const size = jobSize(await store.fisher.usualSeconds(studyName));
  let owed = 0;
  for await (const page of wanted(pipeline, study, options)) {
    if (study.task.network === false) {
      // Nothing to compute: output features alone describe the functions.
      for (const hash of page) await store.fisher.put(studyName, hash, new Uint16Array(), study.fisher);
      owed += page.length;
      continue;
    }
    for (let start = 0; start < page.length; start += size) {
      const hashes = page.slice(start, start + size);
      // Of another version of the task it is another batch: jobs of the old one must not fill it.
      const salt = options.fromScratch ? nanoid() : (study.task.updates?.at(-1)?.to ?? '');
      const batch = createHash('sha256').update(`${hashes.join()}${salt}`).digest('hex').slice(0, 12);
      const newlyOwed = await store.fisher.owe(
        studyName,
        hashes.map((hash) => ({ hash })),
        { batch, generation: 0, settings: study.fisher, fromScratch: options.fromScratch ?? false },
      );
      owed += newlyOwed.length;
    }
  }
  return owed;
}

/** Functions in one job: so many that the queue's part stays small, so few that a lost job costs little. */
function jobSize(seconds: number | undefined): number {
  if (seconds === undefined) return BATCH;
  return Math.min(LARGEST_BATCH, Math.max(1, Math.round(JOB_SECONDS / seconds)));
}

/** Batches that owe features are owed a job: enqueues those that have none. */
export async function reconcileFisher({ store, queues }: Pipeline, study: string, retryFailed: boolean): Promise<void> {
  const batches = await store.fisher.owedBatches(study);
  await ensureJobs(
    queues,
    'fisher-eigenvalues',
    batches.map(({ batch, generation, hashes }) => ({ study, batch, hashes, generation })),
    ({ batch, generation }) => store.fisher.raiseGeneration(study, batch, generation),
    retryFailed,
  );
}

async function* wanted({ store }: Pipeline, study: StudyDoc, options: FisherOptions): AsyncGenerator<string[]> {
  if (options.functions) {
    yield await hashesInStudy(store, study, options.functions);
    return;
  }
  const known = new Set(await store.fisher.orderedHashes(study._id, study.fisher));
  const baselines = new Set(study.baselines);
  const again = options.fromScratch ?? false;
  const populated = await store.functions.names(study.baselines);
  if (populated.size === 0) throw notPopulated(study);
  yield study.baselines.filter((hash) => populated.has(hash) && (again || !known.has(hash)));

  if (options.next !== undefined) {
    const order = inRandomOrder(store, study, ` ${known.size}`);
    const chosen = await nextForFeatures(store, study, { count: options.next, known, inRandomOrder: order });
    if (chosen) {
      yield chosen;
      return;
    }
  }
  let room = options.next ?? options.limit ?? Number.POSITIVE_INFINITY;
  if (!again && options.next === undefined) room -= [...known].filter((hash) => !baselines.has(hash)).length;
  for await (const page of inRandomOrder(store, study)) {
    if (room <= 0) return;
    const fresh = page.filter((hash) => !baselines.has(hash) && (again || !known.has(hash))).slice(0, room);
    room -= fresh.length;
    if (fresh.length > 0) yield fresh;
  }
}

/**
 * All usable functions in a random order that the study's seed fixes: canonical hashes are uniform, so their own order,
 * begun at a random place, serves, and the index gives it without sorting.
 * @param salt begins at another place
 */
async function* inRandomOrder(store: Pipeline['store'], study: StudyDoc, salt = ''): AsyncGenerator<string[]> {
  const begin = createHash('sha256').update(`fisher order ${study.seed}${salt}`).digest('hex').slice(0, 32);
  for (const [from, until] of [
    [begin, undefined],
    [undefined, begin],
  ]) {
    let after = from;
    while (true) {
      const query = { usable: true, limit: PAGE, ...(after === undefined ? {} : { after }) };
      const page = await store.functions.hashesFrom(study.spaces, query);
      const inside = until === undefined ? page : page.filter((hash) => hash <= until);
      if (inside.length > 0) yield inside;
      if (page.length < PAGE || inside.length < page.length) break;
      after = page[page.length - 1];
    }
  }
}
