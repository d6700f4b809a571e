import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { KernelThreads } from '../../src/consumers/threads/kernel-threads.js';
import { unpackBatch } from '../../src/domain/enumeration/function-batch.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { positivePower, power } from '../../src/domain/special-functions/power.js';
import { golden } from '../support/golden.js';
import { testSize } from '../support/test-size.js';

/** Canonical hashes of the unary operators and of 1,969 random functions, 500 of them powers; made on Node 20. */
const hashes = golden<Record<string, string>>('hashes');
const names = Object.keys(hashes);
const differing = (actual: readonly string[]): string[] => names.filter((name, i) => actual[i] !== hashes[name]);

describe(`the canonical hashes of ${names.length} functions are those that are stored`, () => {
  const threads = new KernelThreads();
  afterAll(() => threads.close());

  it(`on this version of Node (${process.version})`, () => {
    expect(differing(names.map((name) => canonicalHash(outputFeatures(name))))).toEqual([]);
  });

  it('in a worker thread', async () => {
    const task = { source: { names }, operators: 'all@1', from: 0, to: names.length };
    const batch = unpackBatch(await threads.run('enumerate', task));
    expect(batch.names).toEqual(names);
    expect(differing([...batch.classOf].map((place) => batch.hashes[place]!))).toEqual([]);
  });

  // They are fetched from the package registry.
  it.runIf(testSize({ small: 0, full: 1 })).each([20, 22, 24])(
    'on Node %i',
    async (version) => {
      const answer = await hashesOn(version);
      expect(answer.version).toMatch(new RegExp(`^v${version}\\.`));
      expect(differing(answer.hashes)).toEqual([]);
    },
    300_000,
  );
});

describe('the hashes of the whole standard space', () => {
  it.runIf(testSize({ small: 0, full: 1 })).each([20, 22, 24])(
    'are 387,261 and the same on Node %i, by two threads',
    async (version) => {
      const program = fileURLToPath(new URL('../../bench/populate-compute.mjs', import.meta.url));
      const { functions, unique, checksum } = JSON.parse(await onNode(version, [program, '2'])) as Record<
        string,
        unknown
      >;
      expect({ functions, unique, checksum }).toEqual({
        functions: 1_023_524,
        unique: 387_261,
        checksum: 'c84988e8a6dbbc8b',
      });
    },
    600_000,
  );
});

async function hashesOn(version: number): Promise<{ version: string; hashes: string[] }> {
  const script = fileURLToPath(new URL('../support/print-hashes.mjs', import.meta.url));
  return JSON.parse(await onNode(version, [script], JSON.stringify(names))) as { version: string; hashes: string[] };
}

/** What a program prints on another version of Node, which is fetched from the package registry. */
async function onNode(version: number, args: readonly string[], input = ''): Promise<string> {
  const child = spawn('npx', ['-y', '-p', `node@${version}`, 'node', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  return text(child.stdout);
}

describe('power', () => {
  const random = new SeededRandom('powers');
  const draws = testSize({ small: 20_000, full: 1_000_000 });

  it('is within a unit in the last place of Math.pow', () => {
    const wrong: number[][] = [];
    for (let i = 0; i < draws; i++) {
      const a = random.next() * 10 ** (20 * random.next() - 10);
      const b = 40 * (random.next() - 0.5);
      const expected = a ** b;
      if (!(Math.abs(positivePower(a, b) - expected) <= 2 ** -52 * expected)) wrong.push([a, b]);
    }
    expect(wrong).toEqual([]);
  });

  it('is exact where the result is a float64 number', () => {
    const wrong: number[][] = [];
    const check = (a: number, b: number, expected: number) => {
      if (power(a, b) !== expected) wrong.push([a, b, expected]);
    };
    for (let i = 0; i < draws; i++) {
      const a = (1 + random.next()) * 2 ** (random.integer(2000) - 1000);
      check(a, 1, a);
      const whole = random.integer(2 ** 26);
      check(whole, 2, whole * whole);
      check(whole * whole, 0.5, whole);
    }
    for (let e = -1074; e < 1024; e++) check(2, e, 2 ** e);
    expect(wrong).toEqual([]);
  });

  it('has the special values of IEEE 754, section 9.2.1', () => {
    const rows: [number, number, number][] = [
      [1, Number.NaN, 1],
      [Number.NaN, 0, 1],
      [-1, Infinity, 1],
      [-1, -Infinity, 1],
      [0, -1, Infinity],
      [-0, -1, -Infinity],
      [-0, 3, -0],
      [0, Infinity, 0],
      [-Infinity, 3, -Infinity],
      [-Infinity, -3, -0],
      [0.5, Infinity, 0],
      [-2, 3, -8],
      [-2, 2, 4],
      [-2, 0.5, Number.NaN],
      [-2, 1e300, Infinity],
      [Number.NaN, 1, Number.NaN],
      [2, 1024, Infinity],
      [2, -1075, 0],
      [2, -1074, 5e-324],
      [5e-324, 0.5, 2 ** -537],
      [10, 308, 1e308],
    ];
    for (const [a, b, expected] of rows) expect({ a, b, power: power(a, b) }).toEqual({ a, b, power: expected });
  });
});
