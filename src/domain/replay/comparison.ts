import { mean } from '../averages.js';
import type { RunFigures } from './judge.js';
import { wilcoxon } from './paired-test.js';

/** One search in a comparison: those of one seed are pairs. */
interface ComparedRun extends RunFigures {
  seed: number;
  tableSeed: number;
}

export interface Effect {
  /** Mean over the pairs of ours minus the other's. */
  difference: number;
  /** The same for each seed of the table: whether one of them carries it all. */
  by_table_seed: number[];
  /** Wilcoxon's signed-rank test over blocks, two-sided. */
  p: number;
}

export interface Comparison {
  searcher: string;
  against: string;
  /** Blocks of runs: one seed of the table and a fifth of the search seeds. */
  blocks: number;
  first_new_top: Effect;
  new_top_hits: Effect;
  regret: Effect;
}

/** Parts that the search seeds of one table seed are cut into. */
const PARTS = 5;

/**
 * Compares two searchers by paired runs. Runs that share a seed of the table chase the same noise, so they are averaged in
 * blocks before the test (docs/benchmark.md); the seeds of the table alone stand beside, as differences.
 * @param trials of each search: a run without a new top function counts as the trial after the last
 */
export function compare(
  [searcher, ours]: readonly [string, readonly ComparedRun[]],
  [against, others]: readonly [string, readonly ComparedRun[]],
  trials: number,
): Comparison {
  const pairs = ours.map((run) => ({ run, other: others.find(({ seed }) => seed === run.seed)! }));
  const tableSeeds = [...new Set(ours.map(({ tableSeed }) => tableSeed))].sort((a, b) => a - b);
  const blocks = tableSeeds.flatMap((tableSeed) => {
    const own = pairs.filter(({ run }) => run.tableSeed === tableSeed);
    return Array.from({ length: PARTS }, (_, part) => own.filter((_, i) => i % PARTS === part)).filter((b) => b.length);
  });
  const effect = (figure: (run: RunFigures) => number): Effect => {
    const of = (some: typeof pairs) => mean(some.map(({ run, other }) => figure(run) - figure(other)));
    return {
      difference: of(pairs),
      by_table_seed: tableSeeds.map((tableSeed) => of(pairs.filter(({ run }) => run.tableSeed === tableSeed))),
      p: wilcoxon(blocks.map(of)),
    };
  };
  return {
    ...{ searcher, against, blocks: blocks.length },
    first_new_top: effect(({ firstNewTop }) => firstNewTop ?? trials + 1),
    new_top_hits: effect(({ newTopHits }) => newTopHits.at(-1)!),
    regret: effect(({ regret }) => regret.at(-1)!),
  };
}
