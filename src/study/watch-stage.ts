import { setTimeout as sleep } from 'node:timers/promises';
import { AquasurfError } from '../errors.js';
import type { Pipeline } from '../queues/pipeline.js';
import { type RunningTrial, runningTrials } from '../store/reports/running-trials.js';
import { type StudyProgress, studyProgress } from '../store/reports/study-progress.js';
import { type Failure, failureSince, hasJob } from './jobs-of-study.js';
import type { Stage } from './stages.js';

/** How questions to the servers are asked: a command waits for a server that is away. */
export interface Servers {
  database<T>(question: () => Promise<T>): Promise<T>;
  redis<T>(question: () => Promise<T>): Promise<T>;
}

export interface StageWatch {
  signal?: AbortSignal | undefined;
  /** Told what a person should know, each line once. */
  tell?: (line: string) => void;
  /** @defaultValue each question once */
  servers?: Servers;
}

/** Between two looks, in milliseconds. */
const INTERVAL = 500;
/** Consumers get so long to start before we say that there are none, in milliseconds. */
const START_UP = 5000;
/** The study's jobs are looked for when nothing was done for so long, in milliseconds: there may be many of others. */
const QUIET = 2000;
/** A stage without a job of the study for so long will not end by itself, in milliseconds. */
const STALL = 60_000;
/** The same where its jobs have failed for good. */
const STALL_AFTER_FAILURE = 5000;
/** Between two looks at the trials that run, in milliseconds. */
const TRIALS_INTERVAL = 10_000;
/** What has not moved for so long is named, in seconds. */
const STILL = 60;

const AT_ONCE: Servers = { database: (question) => question(), redis: (question) => question() };

/**
 * How far a study is, at each look, until the stage is complete.
 * @throws AquasurfError FAILED where the stage has no jobs left and still is not complete; the signal's reason
 */
export async function* watchStage(
  pipeline: Pipeline,
  study: string,
  stage: Stage,
  { signal, tell = () => {}, servers = AT_ONCE }: StageWatch,
): AsyncGenerator<StudyProgress & { still: RunningTrial[] }, void, void> {
  const { store, queues } = pipeline;
  const told = new Set<string>();
  const tellOnce = (line: string) => {
    if (!told.has(line)) tell(line);
    told.add(line);
  };
  // Jobs are stamped by Redis's clock.
  const since = await servers.redis(() => queues.now());
  const begin = performance.now();
  let lastSign = begin;
  let lastDone = -1;
  let trials: { at: number; running: RunningTrial[] } = { at: Number.NEGATIVE_INFINITY, running: [] };
  while (true) {
    signal?.throwIfAborted();
    const progress = await servers.database(() => studyProgress(store, study));
    const now = performance.now();
    if (stage.waitsForTrials && now - trials.at > TRIALS_INTERVAL) {
      trials = { at: now, running: await servers.database(() => runningTrials(store, study)) };
    }
    yield { ...progress, still: trials.running.filter(isStill) };
    const { done, complete } = stage.read(progress);
    if (complete) return;
    if (now - begin > START_UP && (await servers.redis(() => queues.consumers(stage.queues[0]!))) === 0) {
      tellOnce(`no consumer takes ${stage.queues[0]} jobs: start one with \`aquasurf worker\``);
    }
    const failure = await servers.redis(() => failureSince(queues, stage.queues, { study, since }));
    if (failure?.again) tellOnce(`a ${failure.queue} job failed and is tried again: ${failure.reason}`);
    const quiet = now - lastSign;
    if (done !== lastDone || (quiet > QUIET && (await goesOn()))) lastSign = performance.now();
    else if (quiet > (failure ? STALL_AFTER_FAILURE : STALL)) throw stalled(stage, failure);
    lastDone = done;
    // The signal ends the sleep; what it means is thrown above.
    await sleep(INTERVAL, undefined, signal ? { signal } : {}).catch(() => {});
  }

  /** Whether something will move by itself. */
  async function goesOn(): Promise<boolean> {
    const refusal = await servers.redis(() => queues.refusal());
    if (refusal !== undefined) {
      tellOnce(`nothing moves: Redis takes no writes (${refusal}); workers wait until it does`);
      return true;
    }
    if (await servers.redis(() => hasJob(queues, stage.queues, study))) return true;
    if (!stage.waitsForTrials) return false;
    // No job trains them: people have claimed them, and report them or lose them when their leases end.
    const running = await servers.database(() => runningTrials(store, study));
    const claims = running.filter(({ secondsLeft }) => secondsLeft > 0);
    for (const { number, fn, owner, leaseEnds } of claims) {
      const until = `${leaseEnds.toISOString()}, if it is not reported before`;
      tellOnce(`waiting for trial ${number}, ${fn}: ${owner} has claimed it until ${until}`);
    }
    return claims.length > 0;
  }
}

/** A worker has it, and it has not moved for long. What people train elsewhere tells of no moves. */
const isStill = ({ owner, secondsStill }: RunningTrial): boolean =>
  !owner.startsWith('outside-') && secondsStill >= STILL;

/** Of a stage whose work does not go on by itself. */
function stalled({ label }: Stage, failure: Failure | undefined): AquasurfError {
  return new AquasurfError(
    'FAILED',
    failure
      ? `${label}: jobs failed, the last with "${failure.reason}"; look at them in Bull Board (\`aquasurf monitor\`), ` +
          'mend the cause, and run the same command again'
      : `${label}: no job is left, and the work is not complete; run the same command again`,
  );
}
