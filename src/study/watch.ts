import { isDeepStrictEqual } from 'node:util';
import type { Pipeline } from '../queues/pipeline.js';
import type { StudyProgress } from '../store/reports/study-progress.js';
import { STAGES, type StageName } from './stages.js';
import { watchStage } from './watch-stage.js';

export interface WatchOptions {
  /** What is waited for, one after another. @defaultValue populate, fisher, embedding, search, retraining */
  stages?: StageName | readonly StageName[];
  /** Aborting ends the waiting with its reason; the work goes on. */
  signal?: AbortSignal;
}

/** Of verbs that enqueue work. */
export interface WaitOptions {
  /** Come back when the work is done, rather than when it is enqueued. @defaultValue false */
  wait?: boolean;
  /** Of the waiting: the work goes on. */
  signal?: AbortSignal;
}

const ALL_STAGES: readonly StageName[] = ['populate', 'fisher', 'embedding', 'search', 'retraining'];

/**
 * How far a study is: now, and whenever it got further, until the stages are complete. Without a worker that is for ever;
 * a signal ends it.
 * @throws AquasurfError FAILED where a stage has no jobs left and still is not complete; the signal's reason
 */
export async function* watchStudy(
  pipeline: Pipeline,
  study: string,
  { stages = ALL_STAGES, signal }: WatchOptions,
): AsyncGenerator<StudyProgress, void, void> {
  let shown: StudyProgress | undefined;
  for (const name of typeof stages === 'string' ? [stages] : stages) {
    for await (const { still: _, ...progress } of watchStage(pipeline, study, STAGES[name], { signal })) {
      if (!isDeepStrictEqual(progress, shown)) yield progress;
      shown = progress;
    }
  }
}
