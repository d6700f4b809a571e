import { mean } from '../averages.js';
import { quantile } from './averages.js';
import type { RunFigures } from './judge.js';

/** What all runs of one searcher show together; the names are those of the benchmark's JSON. */
export interface SearcherSummary {
  searcher: string;
  runs: number;
  /** Median over the runs of the best validation accuracy seen by so many trials; null beyond the trials. */
  best_seen: Record<20 | 50 | 100, number | null>;
  /** Mean over the runs of the pick's regret. */
  regret: Record<50 | 100, number | null>;
  /** Trial of the first new top function; a run without one counts as the trial after its last. */
  first_new_top: { median: number; q1: number; q3: number };
  /** Mean number of new top functions. */
  new_top_hits: Record<50 | 100, number | null>;
  /** Mean judged accuracy of all that the searcher chose after the baselines. */
  mean_judged: number;
}

export function summarize(searcher: string, runs: readonly RunFigures[], trials: number): SearcherSummary {
  const firsts = runs.map(({ firstNewTop }) => firstNewTop ?? trials + 1);
  const at = (figure: 'bestSeen' | 'regret' | 'newTopHits', trial: number) =>
    trial > trials ? [] : runs.map((run) => run[figure][Math.min(trial, run[figure].length) - 1]!);
  const middle = (values: number[]) => (values.length === 0 ? null : quantile(values, 0.5));
  const average = (values: number[]) => (values.length === 0 ? null : mean(values));
  return {
    searcher,
    runs: runs.length,
    best_seen: { 20: middle(at('bestSeen', 20)), 50: middle(at('bestSeen', 50)), 100: middle(at('bestSeen', 100)) },
    regret: { 50: average(at('regret', 50)), 100: average(at('regret', 100)) },
    first_new_top: { median: quantile(firsts, 0.5), q1: quantile(firsts, 0.25), q3: quantile(firsts, 0.75) },
    new_top_hits: { 50: average(at('newTopHits', 50)), 100: average(at('newTopHits', 100)) },
    mean_judged: mean(runs.map(({ meanJudged }) => meanJudged)),
  };
}
