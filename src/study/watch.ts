import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { AquasurfError } from '../errors.js';
import type { Pipeline } from '../queues/pipeline.js';
import { type StudyProgress, studyProgress } from '../store/reports/study-progress.js';
import { type Failure, failureSince, hasJob } from './jobs-of-study.js';
import { STAGES, type StageName } from './stages.js';

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
/** Between two looks, in milliseconds. */
const INTERVAL = 500;
/** The study's jobs are looked for when nothing was done for so long, in milliseconds. */
const QUIET = 2000;
/** A stage without a job of the study for so long will not end by itself, in milliseconds. */
const STALL = 60_000;
/** The same where its jobs have failed for good. */
const STALL_AFTER_FAILURE = 5000;

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
    const stage = STAGES[name];
    const since = await pipeline.queues.now();
    let lastSign = performance.now();
    let lastDone = -1;
    while (true) {
      signal?.throwIfAborted();
      const progress = await studyProgress(pipeline.store, study);
      if (!isDeepStrictEqual(progress, shown)) yield progress;
      shown = progress;
      const { done, complete } = stage.read(progress);
      if (complete) break;
      const quiet = performance.now() - lastSign;
      const atWork = async () => {
        if (quiet <= QUIET) return false;
        const claimed = stage.waitsForClaims ? progress.trials.running > 0 : false;
        return claimed || (await hasJob(pipeline.queues, stage.queues, study));
      };
      if (done !== lastDone || (await atWork())) {
        lastSign = performance.now();
      } else if (quiet > STALL_AFTER_FAILURE) {
        const failure = await failureSince(pipeline.queues, stage.queues, { study, since });
        if (quiet > STALL || (failure && !failure.again)) throw stalled(stage.label, failure);
      }
      lastDone = done;
      // The signal ends the sleep; what it means is thrown above.
      await sleep(INTERVAL, undefined, signal ? { signal } : {}).catch(() => {});
    }
  }
}

/** Of a stage whose work does not go on by itself. */
export function stalled(label: string, failure: Failure | undefined): AquasurfError {
  return new AquasurfError(
    'FAILED',
    failure
      ? `${label}: jobs failed, the last with "${failure.reason}"; look at them in Bull Board (\`aquasurf monitor\`), ` +
          'mend the cause, and run the same command again'
      : `${label}: no job is left, and the work is not complete; run the same command again`,
  );
}
