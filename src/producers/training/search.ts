import { AquasurfError } from '../../errors.js';
import type { Pipeline } from '../../queues/pipeline.js';
import { checkTrainable } from './check-training.js';
import { reconcileSearch } from './reconcile-search.js';

export interface SearchOptions {
  /** Trials wanted in all: those that are done count, whoever trained them. */
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
 * @throws AquasurfError USAGE for numbers that no search can have, and where the task has no network
 */
export async function startSearch(pipeline: Pipeline, study: string, options: SearchOptions): Promise<void> {
  const { store } = pipeline;
  checkTrainable(await store.studies.get(study));
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
  await store.failures.clear(study, 'training');
  await reconcileSearch(pipeline, await store.studies.get(study), true);
}

/** Lets running trials end and starts no more, until `resumeSearch`. */
export async function pauseSearch({ store }: Pipeline, study: string): Promise<void> {
  await change(store, study, 'running', 'paused');
}

export async function resumeSearch(pipeline: Pipeline, study: string): Promise<void> {
  await change(pipeline.store, study, 'paused', 'running');
  await pipeline.store.failures.clear(study, 'training');
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
