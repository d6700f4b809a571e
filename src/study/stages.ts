import type { JobName } from '../queues/jobs.js';
import type { StudyProgress } from '../store/reports/study-progress.js';

/** What a person waits for. */
export type StageName = 'populate' | 'fisher' | 'embedding' | 'search' | 'retraining';

export interface Stage {
  label: string;
  /** The queues whose jobs the stage waits for. */
  queues: readonly JobName[];
  /** Whether it waits for the running trials, those that people have claimed too. */
  waitsForTrials?: true;
  read: (progress: StudyProgress) => { done: number; total: number; note: string; complete: boolean };
}

export const STAGES: Record<StageName, Stage> = {
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
      const counts = (['undefined', 'failed'] as const).filter((state) => fisher[state] > 0);
      const notes = [
        ...counts.map((state) => `${fisher[state]} ${state}`),
        ...(fisher.source === 'none' ? ['of outputs alone: the task has no network'] : []),
      ];
      return { done, total: done + fisher.owed, note: notes.join(', '), complete: fisher.complete };
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
    waitsForTrials: true,
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
