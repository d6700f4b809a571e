import { bestRows, meanWorth, type Training, type Worth } from './worth.js';

/** How the functions of a table are judged when the searcher sees one seed of it. */
export interface Judgement {
  /** Validation accuracy that a training shows. */
  readonly seen: Float64Array;
  /** What a second training shows, of another seed. @defaultValue none is known */
  readonly again?: Float64Array | undefined;
  /** What the function is worth, by results that the searcher does not see. */
  readonly judged: Float64Array;
  /** Test accuracy, of the same results. */
  readonly test: Float64Array;
  /** Rows of the best 1 % by judged accuracy, baselines left out. */
  readonly newTop: ReadonlySet<number>;
  /** The best judged accuracy of the table. */
  readonly best: number;
}

/** Share of the functions that counts as top. */
const TOP = 0.01;

/** Completes a judgement. @param baselines rows that are nothing new */
export function judgement(
  results: Pick<Judgement, 'seen' | 'again' | 'judged' | 'test'>,
  baselines: ReadonlySet<number>,
): Judgement {
  const rows = Array.from(results.judged.keys()).filter((row) => !baselines.has(row));
  const ranked = rows.sort((a, b) => results.judged[b]! - results.judged[a]! || a - b);
  return {
    ...results,
    newTop: new Set(ranked.slice(0, Math.max(1, Math.round(TOP * results.judged.length)))),
    best: results.judged.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  };
}

/** What a search found, trial by trial; element t - 1 is after t trials. */
export interface RunFigures {
  /** Best validation accuracy among those seen. */
  bestSeen: number[];
  /** Judged accuracy that the pick, the function that the searcher thinks most of, falls short of the table's best. */
  regret: number[];
  /** Test accuracy of the pick. */
  testOfPick: number[];
  /** New top functions among the trials. */
  newTopHits: number[];
  /** Number of the trial of the first new top function; null: none within the trials. */
  firstNewTop: number | null;
  /** Mean judged accuracy of what the searcher chose, baselines left out. */
  meanJudged: number;
}

interface PickOptions {
  /** How the searcher estimates what functions are worth. @defaultValue the best seen is the pick */
  worth?: Worth | undefined;
  /** The last so many trials train the best functions again; the pick is then one of them. @defaultValue 0 */
  retrain?: number | undefined;
}

/**
 * @param chosen rows by trial number, those that train a function again left out
 * @param baselines rows that every search trains first
 */
export function runFigures(
  chosen: readonly number[],
  by: Judgement,
  baselines: ReadonlySet<number>,
  { worth = meanWorth, retrain = 0 }: PickOptions = {},
): RunFigures {
  const figures: RunFigures = {
    ...{ bestSeen: [], regret: [], testOfPick: [], newTopHits: [] },
    ...{ firstNewTop: null, meanJudged: Number.NaN },
  };
  const trainings: Training[] = [];
  let bestSeen = Number.NEGATIVE_INFINITY;
  let hits = 0;
  const record = (pick: number) => {
    figures.bestSeen.push(bestSeen);
    figures.regret.push(by.best - by.judged[pick]!);
    figures.testOfPick.push(by.test[pick]!);
    figures.newTopHits.push(hits);
  };
  for (const [i, row] of chosen.entries()) {
    trainings.push({ row, value: by.seen[row]! });
    bestSeen = Math.max(bestSeen, by.seen[row]!);
    if (by.newTop.has(row)) {
      hits += 1;
      figures.firstNewTop ??= i + 1;
    }
    record(pickOf(worth(trainings), chosen));
  }
  if (retrain > 0) {
    const known = worth(trainings);
    const best = bestRows(known, retrain);
    for (const row of best) trainings.push({ row, value: by.again![row]! });
    const after = worth(trainings);
    // Until all have been trained again the pick stays: some with two results are not to be compared with some with one.
    const before = pickOf(known, chosen);
    for (let left = best.length - 1; left >= 0; left--) {
      record(left > 0 ? before : pickOf(new Map(best.map((row) => [row, after.get(row)!])), best));
    }
  }
  const own = chosen.filter((row) => !baselines.has(row));
  figures.meanJudged = own.reduce((sum, row) => sum + by.judged[row]!, 0) / own.length;
  return figures;
}

const pickOf = (worth: ReadonlyMap<number, number>, among: readonly number[]): number =>
  bestRows(worth, 1)[0] ?? among[0]!;
