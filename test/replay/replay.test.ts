import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActBenchTable, TableEntry } from '../../src/act-bench/table.js';
import { writeTable } from '../../src/act-bench/write-table.js';
import { SEARCHERS } from '../../src/domain/replay/searchers.js';
import type { SearcherSummary } from '../../src/domain/replay/summary.js';
import { judge, replayTable } from '../../src/replay/replay-table.js';
import { useCli } from '../cli/run-cli.js';
import { syntheticTable } from '../support/synthetic-table.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const cli = useCli({});

const entry = (valAcc: number[], testAcc: number[], changes: Partial<TableEntry> = {}): TableEntry => ({
  ...{ trainAcc: 0.5, trainLoss: 1, valAcc: valAcc[0]!, valLoss: 1, testAcc: testAcc[0]!, testLoss: 1, runtime: 2 },
  ...{ equivalents: [], fisherCdf: Float32Array.of(0, 0.5, 1) },
  ...(valAcc.length > 1 ? { seeds: { valAcc, testAcc } } : {}),
  ...changes,
});

describe('a table for replays', () => {
  it('merges equivalent names, leaves out what cannot be trained or read, and says so', () => {
    const table: ActBenchTable = new Map([
      ['max(relu(x),zero(x))', entry([0.1], [0.1])],
      ['relu(x)', entry([0.8], [0.7])],
      ['tanh(x)', entry([0.7], [0.6], { fisherCdf: new Float32Array() })],
      ['zero(x)', entry([0.1], [0.1])],
      ['exp(exp(exp(exp(x))))', entry([0.1], [0.1])],
      ['snake(x)', entry([0.9], [0.9])],
    ]);
    const { names, baselines, left, seeds, results } = replayTable(table);
    expect(new Set(names)).toEqual(new Set(['relu(x)', 'tanh(x)']));
    expect(baselines).toHaveLength(2);
    expect(left).toEqual({ unreadable: ['snake(x)'], unusable: 2, duplicates: 1 });
    expect(seeds).toBe(1);
    expect(results[names.indexOf('relu(x)')]!.validation).toEqual([0.8]);
  });

  it('judges by the seeds that the searcher does not see, however many a function has', () => {
    const table = replayTable(
      new Map([
        ['relu(x)', entry([0.1, 0.2, 0.6], [0.3, 0.4, 0.8])],
        ['tanh(x)', entry([0.5, 0.6, 0.7, 0.8, 0.9], [0.5, 0.6, 0.7, 0.8, 0.9])],
      ]),
    );
    expect(table.seeds).toBe(3);
    const { seen, judged, test, best } = judge(table, 1);
    const [relu, tanh] = [table.names.indexOf('relu(x)'), table.names.indexOf('tanh(x)')];
    expect(seen[relu]).toBe(0.2);
    expect(judged[relu]).toBeCloseTo(0.35, 12);
    expect(test[relu]).toBeCloseTo(0.55, 12);
    expect(judged[tanh]).toBeCloseTo((0.5 + 0.7 + 0.8 + 0.9) / 4, 12);
    expect(best).toBe(judged[tanh]);
    const again = judge(table, 2, true);
    expect([again.seen[tanh], again.again![tanh]]).toEqual([0.7, 0.5]);
    expect(again.judged[tanh]).toBeCloseTo((0.6 + 0.8 + 0.9) / 3, 12);
  });

  it('is cut in two halves that share the baselines alone', () => {
    const table = syntheticTable({ functions: 300, seeds: 1 });
    const [whole, first, second] = [replayTable(table), replayTable(table, 'first'), replayTable(table, 'second')];
    const both = first.hashes.filter((hash) => second.hashes.includes(hash));
    expect(both).toHaveLength(whole.baselines.length);
    expect(new Set([...first.hashes, ...second.hashes])).toEqual(new Set(whole.hashes));
    expect(Math.abs(first.hashes.length - second.hashes.length)).toBeLessThan(60);
  });
});

describe('aquasurf bench replay', () => {
  const file = join(folder, 'table.json.gz');
  const plain = join(folder, 'plain.json');
  beforeAll(async () => {
    await writeTable(file, syntheticTable({ functions: 260, seeds: 3 }));
    await writeTable(plain, syntheticTable({ functions: 120, seeds: 1, seed: 2 }));
  });
  const summaries = async (...args: string[]): Promise<SearcherSummary[]> => {
    const { code, stdout, stderr } = await cli.run('bench', 'replay', ...args, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
    return JSON.parse(stdout);
  };

  it('plays every searcher, writes runs and a picture, and the surrogate beats chance', async () => {
    const [out, plot] = [join(folder, 'runs.json'), join(folder, 'replay.svg')];
    const found = await summaries('--table', file, '--seeds', '6', '--trials', '50', '--out', out, '--plot', plot);
    expect(found.map(({ searcher }) => searcher)).toEqual([...SEARCHERS]);
    const of = (name: string) => found.find(({ searcher }) => searcher === name)!;
    for (const name of ['aquasurf-original', 'ours']) {
      expect(of(name).mean_judged).toBeGreaterThan(of('random').mean_judged + 0.05);
      expect(of(name).new_top_hits[50]).toBeGreaterThanOrEqual(of('random').new_top_hits[50]!);
    }
    for (const { runs, best_seen, regret } of found) {
      expect(runs).toBe(6);
      expect(best_seen[50]).toBeGreaterThan(0.8);
      expect(best_seen[100]).toBeNull();
      expect(regret[50]).toBeGreaterThanOrEqual(0);
    }
    const report = JSON.parse(readFileSync(out, 'utf8'));
    expect(report).toMatchObject({ table: 'table.json.gz', tableSeeds: 3, trials: 50 });
    expect(report.runs).toHaveLength(6 * SEARCHERS.length);
    expect(report.runs[4]).toMatchObject({ seed: 4, tableSeed: 1 });
    expect(readFileSync(plot, 'utf8')).toMatch(/aquasurf-original/);
  });

  it('gives the same for the same seeds, with parallel workers too', async () => {
    const ask = () =>
      summaries(
        '--table',
        plain,
        '--searcher',
        'evolution',
        'ours',
        '--seeds',
        '3',
        '--trials',
        '40',
        '--workers',
        '4',
      );
    expect(await ask()).toEqual(await ask());
  });

  it('trains the best again with the last trials, which repairs what luck does to the pick', async () => {
    const noisy = join(folder, 'noisy.json');
    await writeTable(noisy, syntheticTable({ functions: 200, seeds: 8, noise: 0.05 }));
    const args = ['--table', noisy, '--searcher', 'random', '--seeds', '30', '--trials', '50'];
    const [[once], [again]] = [
      await summaries(...args, '--retrain-best', '0'),
      await summaries(...args, '--retrain-best', '8'),
    ];
    expect(again!.regret[50]).toBeLessThan(once!.regret[50]!);
    for (const [table, count, message] of [
      [plain, '5', /needs a table with 3 seeds.*this one has 1/],
      [noisy, '50', /leaves none of the 50 trials/],
    ] as const) {
      const { code, stderr } = await cli.run(
        ...['bench', 'replay', '--table', table, '--searcher', 'random', '--trials', '50', '--retrain-best', count],
      );
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    }
  });

  it('refits truly when asked', async () => {
    const args = ['--table', plain, '--searcher', 'aquasurf-original', '--seeds', '1', '--trials', '14'];
    const [found] = await summaries(...args, '--true-refits');
    expect(found).toMatchObject({ searcher: 'aquasurf-original', runs: 1 });
  });

  it('says how it judged and what it left out; refuses what is wrong in one line', async () => {
    const { stderr } = await cli.run('bench', 'replay', '--table', plain, '--searcher', 'random', '--seeds', '1');
    expect(stderr).toMatch(/functions, \d+ of them without Fisher features.*judged by test accuracy/);
    for (const [args, message] of [
      [['--table', join(folder, 'none.json')], /none\.json/],
      [['--table', plain, '--plot', 'x.jpg'], /\.svg or \.png/],
      [['--table', plain, '--searcher', 'magic'], /Allowed choices are/],
      [[], /--table/],
    ] as const) {
      const { code, stdout, stderr: fault } = await cli.run('bench', 'replay', ...args);
      expect({ failed: code !== 0, stdout }).toEqual({ failed: true, stdout: '' });
      expect(fault).toMatch(message);
      expect(fault.trim().split('\n')).toHaveLength(1);
    }
  });
});
