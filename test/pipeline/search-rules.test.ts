import { describe, expect, it } from 'vitest';
import { reasonToEnd, type SearchSituation } from '../../src/producers/training/search-verdict.js';

const now = new Date('2026-01-01T12:00:00Z');

function situation(
  changes: {
    accuracies?: Array<number | null>;
    failed?: number;
    failure?: SearchSituation['failure'];
    consumers?: number;
  } & Partial<SearchSituation['study']['search']>,
  direction: 'max' | 'min' = 'max',
): SearchSituation {
  const { accuracies = [], failed = 0, failure = null, consumers = 1, ...search } = changes;
  return {
    study: {
      metric: 'valAcc',
      direction,
      search: {
        state: 'running',
        trials: 100,
        parallel: null,
        deadline: null,
        patience: null,
        doneBefore: 0,
        reason: null,
        generation: 0,
        ...search,
      },
    },
    finished: accuracies.map((valAcc) => ({ result: { valAcc, valLoss: null } })),
    counts: { waiting: 5, running: 0, done: accuracies.length, failed },
    failure,
    consumers,
    now,
  };
}

describe('a search', () => {
  it('goes on while trials are wanted', () => {
    expect(reasonToEnd(situation({ accuracies: [0.1, 0.2] }))).toBeUndefined();
  });

  it('ends with its trials', () => {
    expect(reasonToEnd(situation({ accuracies: [0.1, 0.2], trials: 2 }))).toBe('2 trials are done');
  });

  it('ends when its time is over', () => {
    expect(reasonToEnd(situation({ deadline: new Date(now.getTime() + 1) }))).toBeUndefined();
    expect(reasonToEnd(situation({ deadline: now }))).toBe('the time is over');
  });

  it('ends after `patience` trials without an improvement; a diverged one improves nothing', () => {
    expect(reasonToEnd(situation({ accuracies: [0.5, 0.4, null], patience: 3 }))).toBeUndefined();
    expect(reasonToEnd(situation({ accuracies: [0.5, 0.4, null, 0.5], patience: 3 }))).toMatch(/last 3 trials/);
    expect(reasonToEnd(situation({ accuracies: [0.5, 0.4, null, 0.6], patience: 3 }))).toBeUndefined();
  });

  it('minimises when told to', () => {
    expect(reasonToEnd(situation({ accuracies: [0.5, 0.6, 0.7], patience: 2 }, 'min'))).toMatch(/last 2 trials/);
    expect(reasonToEnd(situation({ accuracies: [0.5, 0.6, 0.4], patience: 2 }, 'min'))).toBeUndefined();
  });

  it('counts patience from where it began, against the best of all', () => {
    const accuracies = [0.9, 0.1, 0.1, 0.1];
    expect(reasonToEnd(situation({ accuracies, patience: 2, doneBefore: 3 }))).toBeUndefined();
    expect(reasonToEnd(situation({ accuracies: [...accuracies, 0.2], patience: 2, doneBefore: 3 }))).toMatch(/last 2/);
  });

  it('ends when more trials fail than are done, beyond ten', () => {
    expect(reasonToEnd(situation({ failed: 10 }))).toBeUndefined();
    expect(reasonToEnd(situation({ failed: 11 }))).toMatch(/11 trials failed/);
    expect(reasonToEnd(situation({ failed: 11, accuracies: Array(11).fill(0.5) }))).toBeUndefined();
  });

  it('ends when no worker has been able to train for a minute, and ten times in a row, with the reason', () => {
    const failure = {
      reason: 'no data',
      count: 10,
      workers: ['a', 'b'],
      first: new Date(now.getTime() - 60_000),
      last: now,
    };
    expect(reasonToEnd(situation({ failure, consumers: 2 }))).toBe('no worker can train, 10 attempts failed: no data');
    expect(reasonToEnd(situation({ failure: { ...failure, count: 9 }, consumers: 2 }))).toBeUndefined();
    const sudden = new Date(now.getTime() - 50_000);
    expect(reasonToEnd(situation({ failure: { ...failure, first: sudden }, consumers: 2 }))).toBeUndefined();
    // A third worker may be able to; and so may one that trains now.
    expect(reasonToEnd(situation({ failure, consumers: 3 }))).toBeUndefined();
    const busy = situation({ failure, consumers: 2 });
    expect(reasonToEnd({ ...busy, counts: { ...busy.counts, running: 1 } })).toBeUndefined();
  });
});
