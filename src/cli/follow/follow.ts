import { setTimeout as sleep } from 'node:timers/promises';
import type { Pipeline } from '../../queues/pipeline.js';
import { runningTrials } from '../../store/reports/running-trials.js';
import { failureSince, hasJob } from '../../study/jobs-of-study.js';
import { STAGES, type Stage, type StageName } from '../../study/stages.js';
import { stalled } from '../../study/watch.js';
import type { Study } from '../../study.js';
import type { CommandContext } from '../command-context.js';
import { PATIENCE_SECONDS, Patience } from '../servers/patience.js';
import { createProgressDisplay, type ProgressDisplay } from './progress-display.js';

interface FollowOptions extends Pick<CommandContext, 'pipeline' | 'addresses'> {
  /** How long Redis and MongoDB may be away, in seconds. @defaultValue 600 */
  patienceSeconds?: number;
  /** Aborting stops the watching, not the work. */
  signal?: AbortSignal;
  /** Whether the workers end with the command: else the work goes on when the watching ends. @defaultValue false */
  ownWorkers?: boolean;
  /** @defaultValue bars or lines on stderr */
  display?: ProgressDisplay;
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

/**
 * Shows how far the stages are, one after another, until they are complete.
 * @throws AquasurfError FAILED when a stage has no jobs left and still is not complete
 */
export async function follow(study: Study, stages: readonly StageName[], options: FollowOptions): Promise<void> {
  const display = options.display ?? createProgressDisplay(process.stderr);
  const tellWhatGoesOn = () => display.note(whatGoesOn(study.name, stages));
  if (!options.ownWorkers) options.signal?.addEventListener('abort', tellWhatGoesOn, { once: true });
  try {
    for (const name of stages) await followStage(study, STAGES[name], options, display);
  } finally {
    options.signal?.removeEventListener('abort', tellWhatGoesOn);
    display.end();
  }
}

const whatGoesOn = (study: string, stages: readonly StageName[]): string =>
  stages.includes('search')
    ? `only the waiting ends: the search of study ${study} goes on, \`aquasurf stop ${study}\` ends it`
    : 'only the waiting ends: what is enqueued goes on';

async function followStage(
  study: Study,
  stage: Stage,
  options: FollowOptions,
  display: ProgressDisplay,
): Promise<void> {
  const { queues } = options.pipeline;
  const told = new Set<string>();
  const tellOnce = (line: string) => {
    if (!told.has(line)) display.note(line);
    told.add(line);
  };
  const patience = new Patience({
    seconds: options.patienceSeconds ?? PATIENCE_SECONDS,
    addresses: options.addresses,
    note: (line) => display.note(line),
    signal: options.signal,
  });
  const ask = <T>(question: () => Promise<T>) => patience.redis(question);
  // Jobs are stamped by Redis's clock.
  const since = await ask(() => queues.now());
  const begin = performance.now();
  let lastSign = begin;
  let lastDone = -1;
  while (true) {
    options.signal?.throwIfAborted();
    const state = stage.read(await patience.database(() => study.progress()));
    display.update(stage.label, state.done, state.total, state.note);
    if (state.complete) {
      display.end();
      return;
    }
    if (performance.now() - begin > START_UP && (await ask(() => queues.consumers(stage.queues[0]!))) === 0) {
      tellOnce(`no consumer takes ${stage.queues[0]} jobs: start one with \`aquasurf worker\``);
    }
    const failure = await ask(() => failureSince(queues, stage.queues, { study: study.name, since }));
    if (failure?.again) tellOnce(`a ${failure.queue} job failed and is tried again: ${failure.reason}`);
    const quiet = performance.now() - lastSign;
    const refusal = quiet > QUIET ? await ask(() => queues.refusal()) : undefined;
    if (refusal !== undefined)
      tellOnce(`nothing moves: Redis takes no writes (${refusal}); workers wait until it does`);
    const waitsForClaims = async () => {
      const claims = stage.waitsForClaims ? await patience.database(() => claimsOf(options.pipeline, study.name)) : [];
      claims.forEach(tellOnce);
      return claims.length > 0;
    };
    const hasJobs = () => ask(() => hasJob(queues, stage.queues, study.name));
    if (
      state.done !== lastDone ||
      refusal !== undefined ||
      (quiet > QUIET && ((await hasJobs()) || (await waitsForClaims())))
    ) {
      lastSign = performance.now();
    } else if (quiet > (failure ? STALL_AFTER_FAILURE : STALL)) throw stalled(stage.label, failure);
    lastDone = state.done;
    // The signal ends the sleep; what it means is thrown above.
    await sleep(INTERVAL, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {});
  }
}

/** Who has the trials that no job trains, and until when: they end with a report, or go back when their leases end. */
async function claimsOf({ store }: Pipeline, study: string): Promise<string[]> {
  const trials = await runningTrials(store, study);
  return trials
    .filter(({ secondsLeft }) => secondsLeft > 0)
    .map(
      ({ number, fn, owner, leaseEnds }) =>
        `waiting for trial ${number}, ${fn}: ${owner} has claimed it until ${leaseEnds.toISOString()}, if it is not reported before`,
    );
}
