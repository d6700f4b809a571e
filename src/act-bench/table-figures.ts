import { mean } from '../domain/averages.js';
import { BASELINES } from '../domain/baselines.js';
import { rankCorrelation } from './rank-correlation.js';
import type { ActBenchTable, TableEntry } from './table.js';

/** How well a table tells functions apart, in a group of them. All of validation accuracy. */
interface GroupFigures {
  group: string;
  functions: number;
  /** Standard deviation of the functions' means. */
  spread: number;
  /**
   * Standard deviation of one seed's results about their function's mean, without what the seed does to all functions of
   * the group alike, which does not change their order.
   */
  seedNoise: number;
  /** Standard deviation of that: of the seeds' means over the group. */
  seedEffect: number;
  /** Rank correlation of the means of two halves of the seeds, the mean over all ways to halve them. */
  splitHalf: number;
}

export interface TableFigures {
  functions: number;
  /** Fewest and most seeds of a function. */
  seeds: [least: number, most: number];
  /** Values of a function's Fisher features. */
  features: number;
  /** Functions without Fisher features, and those of them at chance. */
  undefinedFisher: number;
  undefinedAtChance: number;
  /** Functions with Fisher features at chance. */
  definedAtChance: number;
  /** Of the functions' means. */
  quantiles: { median: number; q90: number; q99: number; best: number };
  bestFunction: string;
  /** Ranks of the baselines that the table has, 1 the best. */
  baselines: Record<string, number>;
  /** The best baseline's rank as a share of all functions. */
  bestBaselineShare: number;
  /** Functions whose mean is within one standard error of the best. */
  withinStandardError: number;
  /** Seconds of all trainings. */
  trainingSeconds: number;
  groups: GroupFigures[];
}

/** Groups in which it is harder and harder to tell functions apart: shares of all, by the mean of all seeds. */
const GROUPS = [1, 0.25, 0.1, 0.05];
/** A mean below this many times the accuracy of guessing is at chance. */
const NEAR_CHANCE = 1.5;

/** @param chance accuracy of guessing, e.g. 0.1 with ten classes */
export function tableFigures(table: ActBenchTable, chance: number): TableFigures {
  const functions = [...table]
    .map(([fn, entry]) => ({ fn, entry, seeds: seedsOf(entry), mean: mean(seedsOf(entry)) }))
    .sort((a, b) => b.mean - a.mean || (a.fn < b.fn ? -1 : 1));
  const [first] = functions;
  if (!first) throw new RangeError('the table is empty');
  const atChance = (of: typeof functions) => of.filter((entry) => entry.mean < NEAR_CHANCE * chance).length;
  const [without, withFisher] = [true, false].map((empty) =>
    functions.filter(({ entry }) => (entry.fisherCdf.length === 0) === empty),
  );
  const numbers = functions.map(({ seeds }) => seeds.length);
  const baselines = Object.fromEntries(
    functions.flatMap(({ fn }, i) => (BASELINES.includes(fn) ? [[fn, i + 1] as const] : [])),
  );
  const quantile = (q: number) => functions[Math.round((1 - q) * (functions.length - 1))]!.mean;
  const firstError = deviation(first.seeds) / Math.sqrt(first.seeds.length);
  return {
    functions: functions.length,
    seeds: [Math.min(...numbers), Math.max(...numbers)],
    features: withFisher![0]?.entry.fisherCdf.length ?? 0,
    undefinedFisher: without!.length,
    undefinedAtChance: atChance(without!),
    definedAtChance: atChance(withFisher!),
    quantiles: { median: quantile(0.5), q90: quantile(0.9), q99: quantile(0.99), best: quantile(1) },
    bestFunction: first.fn,
    baselines,
    bestBaselineShare: Math.min(...Object.values(baselines)) / functions.length,
    withinStandardError: functions.filter(({ mean: value }) => value >= first.mean - firstError).length,
    trainingSeconds: functions.reduce((sum, { entry, seeds }) => sum + (entry.runtime ?? 0) * seeds.length, 0),
    groups: GROUPS.map((share) => {
      const chosen = functions.slice(0, Math.max(Math.round(share * functions.length), 3));
      return groupFigures(
        share === 1 ? 'all' : `best ${100 * share} %`,
        chosen.map(({ seeds }) => seeds),
      );
    }),
  };
}

const seedsOf = ({ seeds, valAcc }: TableEntry): number[] => seeds?.valAcc ?? [valAcc];

function groupFigures(group: string, functions: ReadonlyArray<readonly number[]>): GroupFigures {
  const means = functions.map(mean);
  const seeds = Math.min(...functions.map((own) => own.length));
  const seedMeans = Array.from({ length: seeds }, (_, i) => mean(functions.map((own) => own[i]!)));
  const splits = halves(seeds).map(([one, other]) =>
    rankCorrelation(
      functions.map((own) => mean(one.map((i) => own[i]!))),
      functions.map((own) => mean(other.map((i) => own[i]!))),
    ),
  );
  return {
    group,
    functions: functions.length,
    spread: deviation(means),
    seedNoise: interaction(functions, seedMeans),
    seedEffect: seeds > 1 ? deviation(seedMeans) : Number.NaN,
    splitHalf: mean(splits),
  };
}

/** Root mean square of what neither function nor seed explains, in an analysis of variance of functions by seeds. */
function interaction(functions: ReadonlyArray<readonly number[]>, seedMeans: readonly number[]): number {
  const seeds = seedMeans.length;
  const all = mean(seedMeans);
  let squares = 0;
  for (const own of functions) {
    const centre = mean(own.slice(0, seeds));
    for (const [i, seedMean] of seedMeans.entries()) squares += (own[i]! - centre - seedMean + all) ** 2;
  }
  return Math.sqrt(squares / ((functions.length - 1) * (seeds - 1)));
}

/** All ways to divide so many seeds into two halves, of which one may have one more. */
function halves(count: number): Array<[number[], number[]]> {
  const all = Array.from({ length: count }, (_, i) => i);
  const size = Math.floor(count / 2);
  if (size === 0) return [];
  const subsets = Array.from({ length: 2 ** count }, (_, mask) => all.filter((i) => mask & (1 << i)));
  return subsets.filter(({ length }) => length === size).map((one) => [one, all.filter((i) => !one.includes(i))]);
}

/** Sample standard deviation; 0 of one value. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
