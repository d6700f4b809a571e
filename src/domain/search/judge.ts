/** How the functions of a table are judged when the searcher sees one seed of it. */
export interface Judgement {
  /** Validation accuracy that a training shows. */
  readonly seen: Float64Array;
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
  results: Pick<Judgement, 'seen' | 'judged' | 'test'>,
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
  /** Judged accuracy that the function with the best seen accuracy falls short of the table's best. */
  regret: number[];
  /** Test accuracy of that function. */
  testOfPick: number[];
  /** New top functions among the trials. */
  newTopHits: number[];
  /** Number of the trial of the first new top function; null: none within the trials. */
  firstNewTop: number | null;
  /** Mean judged accuracy of what the searcher chose, baselines left out. */
  meanJudged: number;
}

/** @param chosen rows by trial number @param baselines rows that every search trains first */
export function runFigures(chosen: readonly number[], by: Judgement, baselines: ReadonlySet<number>): RunFigures {
  const figures: RunFigures = {
    ...{ bestSeen: [], regret: [], testOfPick: [], newTopHits: [] },
    ...{ firstNewTop: null, meanJudged: Number.NaN },
  };
  let pick = chosen[0]!;
  let hits = 0;
  for (const [i, row] of chosen.entries()) {
    // Of equally good ones the first found stays.
    if (by.seen[row]! > by.seen[pick]!) pick = row;
    if (by.newTop.has(row)) {
      hits += 1;
      figures.firstNewTop ??= i + 1;
    }
    figures.bestSeen.push(by.seen[pick]!);
    figures.regret.push(by.best - by.judged[pick]!);
    figures.testOfPick.push(by.test[pick]!);
    figures.newTopHits.push(hits);
  }
  const own = chosen.filter((row) => !baselines.has(row));
  figures.meanJudged = own.reduce((sum, row) => sum + by.judged[row]!, 0) / own.length;
  return figures;
}
