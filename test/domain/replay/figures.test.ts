import { describe, expect, it } from 'vitest';
import { quantile } from '../../../src/domain/replay/averages.js';
import { compare } from '../../../src/domain/replay/comparison.js';
import { judgement, runFigures } from '../../../src/domain/replay/judge.js';
import { summarize } from '../../../src/domain/replay/summary.js';

/** 200 functions: judged accuracy rises with the row; rows 198 and 199 are the best, 199 a baseline. */
const rows = Array.from({ length: 200 }, (_, row) => row);
const by = judgement(
  {
    seen: Float64Array.from(rows, (row) => (row === 150 ? 0.9 : row / 1000)),
    judged: Float64Array.from(rows, (row) => row / 400),
    test: Float64Array.from(rows, (row) => row / 500),
  },
  new Set([199, 0]),
);

describe('the figures of a search', () => {
  it('new top is the best 1 % by judged accuracy without the baselines', () => {
    expect(by.newTop).toEqual(new Set([198, 197]));
    expect(by.best).toBe(199 / 400);
  });

  it('follow trial by trial', () => {
    const figures = runFigures([0, 199, 197, 150, 198], by, new Set([199, 0]));
    expect(figures.bestSeen).toEqual([0, 0.199, 0.199, 0.9, 0.9]);
    expect(figures.regret.map((value) => Math.round(400 * value))).toEqual([199, 0, 0, 49, 49]);
    expect(figures.testOfPick).toEqual([0, 199 / 500, 199 / 500, 150 / 500, 150 / 500]);
    expect(figures.newTopHits).toEqual([0, 0, 1, 1, 2]);
    expect(figures.firstNewTop).toBe(3);
    expect(figures.meanJudged).toBeCloseTo((197 + 150 + 198) / 3 / 400, 12);
  });

  it('pick by what the searcher estimates; those trained again decide among themselves at the end', () => {
    const again = Float64Array.from(rows, (row) => (row === 150 ? -1 : row / 1000));
    const known = { ...by, again };
    const rowsRegret = ({ regret }: { regret: number[] }) => regret.map((value) => Math.round(400 * value));
    const trained = runFigures([0, 150, 198, 30], known, new Set([199, 0]), { retrain: 2 });
    expect(rowsRegret(trained)).toEqual([199, 49, 49, 49, 49, 1]);
    expect(trained.bestSeen).toEqual([0, 0.9, 0.9, 0.9, 0.9, 0.9]);
    expect(trained.newTopHits).toEqual([0, 0, 1, 1, 1, 1]);
    const cautious = (trainings: readonly { row: number }[]) =>
      new Map(trainings.map(({ row }) => [row, row === 150 ? Number.NaN : row] as const));
    expect(rowsRegret(runFigures([0, 150, 198, 30], known, new Set([199, 0]), { worth: cautious }))).toEqual([
      199, 199, 1, 1,
    ]);
  });

  it('are summed up over the runs; a run that found none counts as the trial after its last', () => {
    const runs = [
      runFigures([0, 197, ...Array.from({ length: 58 }, (_, i) => 1 + i)], by, new Set([199, 0])),
      runFigures([0, ...Array.from({ length: 59 }, (_, i) => 1 + i)], by, new Set([199, 0])),
    ];
    const summary = summarize('random', runs, 60);
    expect(summary).toMatchObject({ searcher: 'random', runs: 2 });
    expect(summary.best_seen).toEqual({
      20: quantile([0.197, 0.019], 0.5),
      50: quantile([0.197, 0.049], 0.5),
      100: null,
    });
    expect(summary.regret[50]).toBeCloseTo((2 + 150) / 400 / 2, 12);
    expect(summary.regret[100]).toBeNull();
    expect(summary.first_new_top).toEqual({ median: 31.5, q1: 16.75, q3: 46.25 });
    expect(summary.new_top_hits).toEqual({ 50: 0.5, 100: null });
  });
});

describe('the comparison of two searchers', () => {
  const run = (seed: number, firstNewTop: number | null, hits: number) => ({
    ...{ seed, tableSeed: seed % 3, firstNewTop, newTopHits: [0, hits], regret: [0.1, 0.01 * hits] },
    ...{ bestSeen: [0, 0], testOfPick: [0, 0], meanJudged: 0 },
  });
  const runs = (firsts: (seed: number) => number | null, hits: (seed: number) => number) =>
    Array.from({ length: 30 }, (_, seed) => run(seed, firsts(seed), hits(seed)));

  it('pairs runs by their seed and tests block means', () => {
    const ours = runs(
      () => 10,
      () => 5,
    );
    const others = runs(
      (seed) => (seed === 4 ? null : 20),
      (seed) => 3 + (seed % 2),
    ).toReversed();
    const found = compare(['ours', ours], ['original', others], 100);
    expect(found).toMatchObject({ searcher: 'ours', against: 'original', blocks: 15 });
    expect(found.first_new_top.difference).toBeCloseTo(-(29 * 10 + 91) / 30, 12);
    expect(found.first_new_top.p).toBe(2 / 2 ** 15);
    expect(found.new_top_hits.difference).toBeCloseTo(1.5, 12);
    expect(found.new_top_hits.by_table_seed).toHaveLength(3);
  });

  it('finds nothing between equals', () => {
    const same = runs(
      (seed) => seed,
      (seed) => seed % 4,
    );
    expect(compare(['a', same], ['b', same], 100).new_top_hits).toEqual({
      difference: 0,
      by_table_seed: [0, 0, 0],
      p: 1,
    });
  });
});
