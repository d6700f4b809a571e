import { setTimeout as sleep } from 'node:timers/promises';
import { AquasurfError } from '../../errors.js';
import type { JobName } from '../../queues/jobs.js';
import type { Queues } from '../../queues/queues.js';
import type { StudyProgress } from '../../store/reports/study-progress.js';
import type { Study } from '../../study.js';
import { answerOfRedis } from '../servers/lost-server.js';
import { type Failure, failureSince, hasJob } from './jobs-of-study.js';
import { createProgressDisplay, type ProgressDisplay } from './progress-display.js';

type StageName = 'populate' | 'fisher' | 'embedding' | 'search' | 'retraining';

interface FollowOptions {
  queues: Queues;
  /** Aborting stops the watching, not the work. */
  signal?: AbortSignal;
  /** @defaultValue bars or lines on stderr */
  display?: ProgressDisplay;
}

interface Stage {
  label: string;
  /** The queues whose jobs the stage waits for. */
  queues: readonly JobName[];
  read: (progress: StudyProgress) => { done: number; total: number; note: string; complete: boolean };
}

const STAGES: Record<StageName, Stage> = {
  populate: {
    label: 'output features',
    queues: ['schema-expansion', 'output-features'],
    read: ({ populate }) => ({
      done: populate.done,
      total: Math.max(populate.ranges, 1),
      note: `${populate.expanded} of ${populate.spaces} spaces expanded`,
      complete: populate.complete,
    }),
  },
  fisher: {
    label: 'Fisher features',
    queues: ['fisher-eigenvalues'],
    read: ({ fisher }) => {
      const done = fisher.defined + fisher.undefined + fisher.failed;
      const notes = (['undefined', 'failed'] as const).filter((state) => fisher[state] > 0);
      const note = notes.map((state) => `${fisher[state]} ${state}`).join(', ');
      return { done, total: done + fisher.owed, note, complete: fisher.complete };
    },
  },
  embedding: {
    label: 'surrogate',
    queues: ['surrogate'],
    read: ({ embedding, fisher }) => ({
      done: Math.min(embedding.fitted, fisher.defined),
      total: fisher.defined,
      note: 'functions placed',
      complete: embedding.complete,
    }),
  },
  search: {
    label: 'trials',
    queues: ['training'],
    read: ({ trials, search }) => ({
      done: Math.min(trials.done, search.trials),
      total: search.trials,
      note: `${trials.running} running${search.reason && search.complete ? `; ${search.reason}` : ''}`,
      complete: search.complete,
    }),
  },
  retraining: {
    label: 'trainings',
    queues: ['retraining'],
    read: ({ retraining: { owed, failed, runs, complete } }) => ({
      done: runs,
      total: runs + owed,
      note: failed > 0 ? `${failed} failed` : '',
      complete,
    }),
  },
};

/** Between two looks, in milliseconds. */
const INTERVAL = 500;
/** Consumers get so long to start before we say that there are none, in milliseconds. */
const START_UP = 5000;
/** Redis may be away for so long, in milliseconds. */
const REDIS_PATIENCE = 10_000;
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
  try {
    for (const name of stages) await followStage(study, STAGES[name], options, display);
  } finally {
    display.end();
  }
}

async function followStage(
  study: Study,
  stage: Stage,
  options: FollowOptions,
  display: ProgressDisplay,
): Promise<void> {
  let warned = false;
  const told = new Set<string>();
  const begin = Date.now();
  let lastSign = begin;
  let lastDone = -1;
  while (true) {
    options.signal?.throwIfAborted();
    const state = stage.read(await study.progress());
    display.update(stage.label, state.done, state.total, state.note);
    if (state.complete) {
      display.end();
      return;
    }
    const ask = <T>(answer: Promise<T>) => answerOfRedis(answer, options.queues.address.redisUrl, REDIS_PATIENCE);
    if (!warned && Date.now() - begin > START_UP && (await ask(options.queues.consumers(stage.queues[0]!))) === 0) {
      warned = true;
      display.note(`no consumer takes ${stage.queues[0]} jobs: start one with \`aquasurf worker\``);
    }
    const failure = await ask(failureSince(options.queues, stage.queues, { study: study.name, since: begin }));
    if (failure?.again && !told.has(failure.reason)) {
      told.add(failure.reason);
      display.note(`a ${failure.queue} job failed and is tried again: ${failure.reason}`);
    }
    const quiet = Date.now() - lastSign;
    if (state.done !== lastDone || (quiet > QUIET && (await ask(hasJob(options.queues, stage.queues, study.name))))) {
      lastSign = Date.now();
    } else if (quiet > (failure ? STALL_AFTER_FAILURE : STALL)) throw stalled(stage, failure);
    lastDone = state.done;
    // The signal ends the sleep; what it means is thrown above.
    await sleep(INTERVAL, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {});
  }
}

function stalled({ label }: Stage, failure: Failure | undefined): AquasurfError {
  return new AquasurfError(
    'FAILED',
    failure
      ? `${label}: jobs failed, the last with "${failure.reason}"; look at them in Bull Board (\`aquasurf monitor\`), ` +
          'mend the cause, and run the same command again'
      : `${label}: no job is left, and the work is not complete; run the same command again`,
  );
}
