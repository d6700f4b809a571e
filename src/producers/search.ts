import { AquasurfError } from '../errors.js';
import type { Pipeline } from '../queues/pipeline.js';
import { reconcileSearch } from './reconcile-search.js';

/** A century or so: the end must be a date that JavaScript and the database know. */
const MAX_HOURS = 1_000_000;

export interface SearchOptions {
  /** Trials wanted in all: those that are done count. */
  trials: number;
  /** Trials running at once at most; 'auto': as many as there are consumers. @defaultValue 'auto' */
  parallel?: number | 'auto';
  /** Start no trial after so many hours. @defaultValue no limit */
  hours?: number;
  /** Stop after so many finished trials in a row without an improvement. @defaultValue no limit */
  patience?: number;
}

/**
 * Begins (or widens) the study's search and enqueues its slots.
 * @throws AquasurfError USAGE for numbers that no search can have
 */
export async function startSearch(pipeline: Pipeline, study: string, options: SearchOptions): Promise<void> {
  const { store } = pipeline;
  checkOptions(options);
  const { task } = await store.studies.get(study);
  if (task.network === false) {
    throw new AquasurfError(
      'USAGE',
      `task ${task.name} has no network to train here: ask with suggest, tell with report`,
    );
  }
  const parallel = options.parallel ?? 'auto';
  await store.studies.startSearch(study, {
    trials: options.trials,
    parallel: parallel === 'auto' ? null : parallel,
    deadline: options.hours === undefined ? null : new Date((await store.now()).getTime() + options.hours * 3_600_000),
    patience: options.patience ?? null,
    doneBefore: (await store.trials.statusCounts(study)).done,
  });
  // What failed in an earlier search gets its attempts again: the user may have mended the cause.
  await store.trials.resetFailed(study);
  await reconcileSearch(pipeline, await store.studies.get(study), true);
}

function checkOptions({ trials, parallel = 'auto', hours = 1, patience = 1 }: SearchOptions): void {
  const count = (value: number) => Number.isSafeInteger(value) && value > 0;
  const wrong = (what: string) => new AquasurfError('USAGE', `search: ${what}`);
  if (!count(trials)) throw wrong(`trials: ${trials}; expected a whole number from 1 on`);
  if (parallel !== 'auto' && !count(parallel)) throw wrong(`parallel: ${parallel}; expected 'auto' or a whole number`);
  if (!(hours > 0 && hours <= MAX_HOURS)) throw wrong(`hours: ${hours}; expected more than 0, at most ${MAX_HOURS}`);
  if (!count(patience)) throw wrong(`patience: ${patience}; expected a whole number from 1 on`);
}

/** Lets running trials end and starts no more, until `resumeSearch`. */
export async function pauseSearch({ store }: Pipeline, study: string): Promise<void> {
  await change(store, study, 'running', 'paused');
}

export async function resumeSearch(pipeline: Pipeline, study: string): Promise<void> {
  await change(pipeline.store, study, 'paused', 'running');
  await reconcileSearch(pipeline, await pipeline.store.studies.get(study), true);
}

/** Ends the search: running trials end, their results count; `startSearch` begins it again. */
export async function stopSearch({ store }: Pipeline, study: string): Promise<void> {
  const { search } = await store.studies.get(study);
  await change(store, study, search.state === 'paused' ? 'paused' : 'running', 'stopped');
}

async function change(
  store: Pipeline['store'],
  study: string,
  from: 'running' | 'paused',
  to: 'running' | 'paused' | 'stopped',
): Promise<void> {
  const { state } = (await store.studies.get(study)).search;
  if (state === 'none') {
    throw new AquasurfError(
      'FAILED',
      `study ${study} has no search yet: begin one with \`aquasurf search ${study} --trials N\``,
    );
  }
  if (!(await store.studies.setSearchState(study, [from], to))) {
    throw new AquasurfError('FAILED', `the search of study ${study} is not ${from} (it is ${state}): nothing changed`);
  }
}
