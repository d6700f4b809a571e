import { type Comparison, compare } from '../domain/replay/comparison.js';
import { PLANE_OF, type PlaneName, type SearcherName } from '../domain/replay/searchers.js';
import { type SearcherSummary, summarize } from '../domain/replay/summary.js';
import { fitPlane } from './fits.js';
import type { PlaneFits } from './plane-fits.js';
import { judge, judgedBy, type LeftOut, type ReplayTable } from './replay-table.js';
import type { RunAnswer, ScarceFeatures } from './replay-thread.js';
import { ReplayThreads } from './replay-threads.js';

interface ReplayOptions {
  searchers: readonly SearcherName[];
  /** Runs of each searcher: run r has search seed r and sees seed r mod S of the table. */
  seeds: number;
  trials: number;
  /**
   * So many of them, the last, train the best functions again with the next seed of the table, which judges nothing; 0: none
   * do, judged likewise, to compare with. @defaultValue none do, and all seeds judge but the one that is seen
   */
  retrain?: number | undefined;
  /** Trainings at once in the simulated search. */
  workers: number;
  /** Lay planes out anew for each suggestion. @defaultValue false: draw among 20 layouts */
  refit?: boolean;
  /** Only so many functions have Fisher features at the start, and so many get them for each finished trial. */
  scarce?: Omit<ScarceFeatures, 'outputs'> | undefined;
  threads: number;
  notify: (line: string) => void;
}

/** One search, with the names of what it trained. */
interface ReplayRun extends RunAnswer {
  searcher: SearcherName;
  seed: number;
  /** Seed of the table that it saw, from 0. */
  tableSeed: number;
}

export interface ReplayReport {
  functions: number;
  withoutFisher: number;
  left: LeftOut;
  tableSeeds: number;
  judgedBy: string;
  trials: number;
  workers: number;
  summaries: SearcherSummary[];
  /** Of `ours` with each other searcher. */
  comparisons: Comparison[];
  runs: ReplayRun[];
}

/** Plays every searcher against the table, each with so many seeds. */
export async function replay(table: ReplayTable, options: ReplayOptions): Promise<ReplayReport> {
  const { retrain = 0 } = options;
  const again = options.retrain !== undefined;
  const threads = new ReplayThreads(options.threads);
  try {
    const fits = await fitPlanes(table, threads, options);
    const judgements = Array.from({ length: table.seeds }, (_, seed) => judge(table, seed, again));
    const { names, hashes, baselines, duration } = table;
    const runs: ReplayRun[] = [];
    for (const searcher of options.searchers) {
      const started = performance.now();
      const plane = PLANE_OF[searcher];
      const answers = await Promise.all(
        Array.from({ length: options.seeds }, async (_, seed) => {
          const tableSeed = seed % table.seeds;
          const answer = await threads.run('run', {
            ...{ searcher, names, hashes, baselines, duration, judgement: judgements[tableSeed]! },
            ...{ fits: plane && fits.get(plane), refit: options.refit ?? false },
            scarce: plane && options.scarce && { ...options.scarce, outputs: table.outputs },
            ...{ trials: options.trials, retrain, workers: options.workers, seed },
          });
          return { searcher, seed, tableSeed, ...answer };
        }),
      );
      runs.push(...answers);
      options.notify(`${searcher}: ${options.seeds} searches in ${seconds(started)} s`);
    }
    const ofSearcher = (name: SearcherName) => runs.filter(({ searcher }) => searcher === name);
    return {
      functions: names.length,
      withoutFisher: table.fisher.filter((cdf) => cdf.length === 0).length,
      ...{ left: table.left, tableSeeds: table.seeds, judgedBy: judgedBy(table, again) },
      ...{ trials: options.trials, workers: options.workers },
      comparisons: options.searchers
        .filter((name) => name !== 'ours' && options.searchers.includes('ours'))
        .map((name) => compare(['ours', ofSearcher('ours')], [name, ofSearcher(name)], options.trials)),
      summaries: options.searchers.map((name) => summarize(name, ofSearcher(name), options.trials)),
      runs,
    };
  } finally {
    await threads.close();
  }
}

async function fitPlanes(table: ReplayTable, threads: ReplayThreads, options: ReplayOptions) {
  const planes = new Set(options.searchers.flatMap((name) => PLANE_OF[name] ?? []));
  const fits = new Map<PlaneName, PlaneFits>();
  for (const plane of planes) {
    const started = performance.now();
    fits.set(plane, await fitPlane(table, plane, threads, options.refit ? 0 : undefined));
    options.notify(`plane of ${plane}: fitted in ${seconds(started)} s`);
  }
  return fits;
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);
