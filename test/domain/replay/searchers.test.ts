import { describe, expect, it } from 'vitest';
import { formatExpression, parseExpression } from '../../../src/domain/expression/expression.js';
import { canonicalHash } from '../../../src/domain/features/canonical-hash.js';
import { outputFeatures } from '../../../src/domain/features/output-features.js';
import { ALL_OPERATORS, STANDARD_OPERATORS } from '../../../src/domain/operators/index.js';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { EvolutionSearcher } from '../../../src/domain/replay/evolution-searcher.js';
import { replaySearch } from '../../../src/domain/replay/replay.js';
import { type ReplayState, randomSearcher, type Searcher, WAITING } from '../../../src/domain/replay/searcher.js';
import { mutate } from '../../../src/domain/surrogate/mutate.js';

describe('mutations', () => {
  const random = new SeededRandom(5);
  const children = (text: string) =>
    new Set(
      Array.from({ length: 2000 }, () => formatExpression(mutate(parseExpression(text), STANDARD_OPERATORS, random))),
    );

  it('are functions over the operators, one change away', () => {
    const parent = 'max(relu(x),tanh(x))';
    const operators = (text: string) => text.match(/[a-z_0-9]+(?=\()/g) ?? [];
    for (const child of children(parent)) {
      expect(() => parseExpression(child, STANDARD_OPERATORS)).not.toThrow();
      expect(Math.abs(operators(child).length - 3)).toBeLessThanOrEqual(3);
    }
  });

  it('insert, remove, change and regenerate', () => {
    const found = children('max(relu(x),tanh(x))');
    for (const child of [
      ...['max(relu(x),erf(x))', 'min(relu(x),tanh(x))', 'tanh(x)', 'relu(x)', 'max(x,tanh(x))'],
      ...['erf(max(relu(x),tanh(x)))', 'max(relu(erf(x)),tanh(x))', 'add(max(relu(x),tanh(x)),x)'],
    ]) {
      expect(found).toContain(child);
    }
    expect([...found].some((child) => !/max|relu|tanh/.test(child))).toBe(true);
  });

  it('keep the variable a function, and n-ary operators among their own', () => {
    for (const child of children('x')) expect(() => parseExpression(child)).not.toThrow();
    const nary = [...children('sum_n(x,relu(x),tanh(x))')].filter((child) => child.endsWith('_n(x,relu(x),tanh(x))'));
    expect(new Set(nary)).toEqual(new Set(['prod_n', 'max_n', 'min_n'].map((name) => `${name}(x,relu(x),tanh(x))`)));
  });
});

/** All of binary(unary(x),unary(x)) over some operators, the better the more they resemble max(relu, tanh). */
function tinyTable() {
  const unary = ['relu', 'tanh', 'erf', 'swish', 'elu', 'sinh', 'cosh', 'abs', 'square', 'softplus'];
  const all = ['max', 'min', 'add'].flatMap((b) => unary.flatMap((u) => unary.map((v) => `${b}(${u}(x),${v}(x))`)));
  const rows = new Map<string, string>();
  for (const name of all) {
    const hash = canonicalHash(outputFeatures(name));
    if (!rows.has(hash)) rows.set(hash, name);
  }
  const names = [...rows.values()];
  const score = (name: string) => ['max', 'relu', 'tanh'].filter((part) => name.includes(part)).length;
  return {
    table: { names, rowOf: new Map([...rows.keys()].map((hash, row) => [hash, row])) },
    seen: Float64Array.from(names, (name, row) => score(name) + row / 1e6),
  };
}

describe('evolution', () => {
  const { table, seen } = tinyTable();
  const play = (searcher: Searcher, seed: number) =>
    replaySearch({
      ...{ searcher, seen, baselines: [], trials: 60, workers: 1, seed },
      duration: new Float64Array(seen.length).fill(1),
    });

  it('finds better functions than chance', () => {
    const total = (make: () => Searcher) =>
      Array.from({ length: 10 }, (_, seed) => play(make(), seed).reduce((sum, row) => sum + seen[row]!, 0)).reduce(
        (a, b) => a + b,
      );
    expect(total(() => new EvolutionSearcher(table))).toBeGreaterThan(1.2 * total(() => randomSearcher));
  });

  it('stays in the table, repeats nothing, and is decided by its seed', () => {
    const rows = play(new EvolutionSearcher(table), 3);
    expect(new Set(rows).size).toBe(60);
    expect(play(new EvolutionSearcher(table), 3)).toEqual(rows);
    expect(play(new EvolutionSearcher(table), 4)).not.toEqual(rows);
  });

  it('goes on when all children are known', () => {
    const rows = replaySearch({
      ...{ searcher: new EvolutionSearcher(table), seen, baselines: [], trials: 10_000, workers: 4, seed: 1 },
      duration: new Float64Array(seen.length).fill(1),
    });
    expect([...rows].sort((a, b) => a - b)).toEqual([...seen.keys()]);
  });

  it('mutates with the operators that the table has', () => {
    const beyond = { names: ['gelu(x)', 'relu(x)'], rowOf: new Map() };
    expect(new EvolutionSearcher(beyond)).toHaveProperty('operators', ALL_OPERATORS);
    expect(new EvolutionSearcher(table)).toHaveProperty('operators', STANDARD_OPERATORS);
  });
});

describe('a replayed search', () => {
  const seen = Float64Array.from({ length: 30 }, (_, row) => row / 100);
  const duration = Float64Array.from({ length: 30 }, (_, row) => 1 + (row % 5));
  const options = { seen, baselines: [4, 9], trials: 20, seed: 1, duration };

  it('begins with the baselines in random order and trains nothing twice', () => {
    const firsts = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const rows = replaySearch({ ...options, searcher: randomSearcher, workers: 1, seed });
      expect(rows).toHaveLength(20);
      expect(new Set(rows).size).toBe(20);
      firsts.add(rows.slice(0, 2).join());
    }
    expect(firsts).toEqual(new Set(['4,9', '9,4']));
  });

  it('tells the searcher what is done and what runs, and nothing else', () => {
    for (const workers of [1, 4]) {
      const states: ReplayState[] = [];
      const spy: Searcher = {
        next: (state, random) => {
          states.push({ status: state.status.slice(), value: state.value.slice(), done: [...state.done] });
          return randomSearcher.next(state, random);
        },
      };
      const rows = replaySearch({ ...options, searcher: spy, workers });
      for (const [i, { status, value, done }] of states.entries()) {
        const begun = rows.slice(0, i + 2);
        expect(new Set([...status.keys()].filter((row) => status[row] !== WAITING))).toEqual(new Set(begun));
        expect(done.length).toBeGreaterThan(begun.length - workers);
        for (const row of seen.keys()) expect(value[row]).toBe(done.includes(row) ? seen[row] : Number.NaN);
      }
    }
  });

  it('with more workers knows less, and reports come by time, not by number', () => {
    const orders: number[][] = [];
    const spy: Searcher = {
      next: (state, random) => {
        orders.push([...state.done]);
        return randomSearcher.next(state, random);
      },
    };
    const rows = replaySearch({ ...options, searcher: spy, workers: 5 });
    const last = orders.at(-1)!;
    expect(last).not.toEqual(rows.slice(0, last.length));
    expect(last.length).toBe(rows.length - 5);
  });

  it('leaves out closed rows and ends when none waits', () => {
    const closed = Uint8Array.from(seen, (_, row) => (row < 20 && row !== 4 ? 1 : 0));
    const rows = replaySearch({ ...options, searcher: randomSearcher, workers: 3, trials: 30, closed });
    expect(new Set(rows)).toEqual(new Set([4, 9, ...Array.from({ length: 10 }, (_, i) => 20 + i)]));
  });
});
