import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outputSamples } from '../../src/domain/features/samples.js';
import { exportFunction } from '../../src/export/export-function.js';
import { decodeFloat32, golden } from '../support/golden.js';
import { testSize } from '../support/test-size.js';
import { OPERATOR_EXPRESSIONS, randomExpressions, SIGNED_ZEROS, TRICKY_EXPRESSIONS } from './expressions.js';
import { type ExpectedPoint, expectations, wrongPoints } from './noisy-twin.js';
import { type Computed, PYTHON_TARGETS, type PythonRun, type PythonTarget, pythonOf, runPython } from './python.js';
import { codeDigest } from './python-code.js';

/*
 * What the Python files compute. `npm test` compares stored values (test/golden/export-python.json), which the files of
 * today computed: their code's digest is stored too. `npm run test:full` executes them; with AQUASURF_WRITE_GOLDEN=1 it
 * also stores the values.
 */

interface Wanted {
  fn: string;
  normalize?: boolean;
}

const NORMALISED: readonly Wanted[] = ['max(relu(x),cosh(elu(x)))', 'swish(erf(x))', 'x', 'softplus(abs(x))'].map(
  (fn) => ({ fn, normalize: true }),
);
const STORED: readonly Wanted[] = [
  ...[...OPERATOR_EXPRESSIONS, ...TRICKY_EXPRESSIONS].map((fn) => ({ fn })),
  ...NORMALISED,
];
const EXECUTED: readonly Wanted[] = [...STORED, ...randomExpressions(50, 'python').map((fn) => ({ fn }))];

const SAMPLES = [...Float32Array.from(outputSamples())];
/** Where functions end or bend. */
const SPECIAL = [0, -0, 1e-20, -1e-20, 12, -12, 80, -80, 110, -110, Infinity, -Infinity, Number.NaN].map(Math.fround);
const STORED_X = [...SAMPLES.filter((_, i) => i % 50 === 0), ...SPECIAL];

interface Golden {
  note: string;
  targets: Record<PythonTarget, { versions: Record<string, string>; functions: StoredFunction[] }>;
}
/** base64 of little-endian float32, at STORED_X. */
interface StoredFunction extends Wanted {
  code: string;
  values: string;
  gradients: string;
}

const wrongAt = (
  target: PythonTarget,
  { fn, normalize }: Wanted,
  x: readonly number[],
  expected: readonly ExpectedPoint[],
  computed: { values: ArrayLike<number>; gradients: ArrayLike<number> },
) => wrongPoints(x, expected, computed).map((point) => ({ target, fn, normalize, ...point }));

describe('the stored values of the Python targets', () => {
  const stored = () => golden<Golden>('export-python').targets;

  it.each(PYTHON_TARGETS)('%s: are those of the code that is written today', (target) => {
    const { functions } = stored()[target];
    expect(functions.map(({ fn }) => fn)).toEqual(STORED.map(({ fn }) => fn));
    const changed = functions.filter(({ fn, normalize = false, code }) => {
      return codeDigest(exportFunction(fn, { to: target, normalize }).code) !== code;
    });
    const mend = 'AQUASURF_WRITE_GOLDEN=1 AQUASURF_TEST_SIZE=full npx vitest run test/export/python.test.ts';
    expect(
      changed.map(({ fn }) => fn),
      `execute the changed files and store what they compute: ${mend}`,
    ).toEqual([]);
  });

  it.each(PYTHON_TARGETS)('%s: are our values and derivatives', async (target) => {
    for (const { fn, normalize = false, values, gradients } of stored()[target].functions) {
      const expected = await expectations(fn, STORED_X, 'float32', normalize);
      const computed = { values: decodeFloat32(values), gradients: decodeFloat32(gradients) };
      expect(wrongAt(target, { fn, normalize }, STORED_X, expected, computed)).toEqual([]);
    }
  });
});

describe.runIf(testSize({ small: 0, full: 1 }) === 1)('the Python files, executed', () => {
  const kept: Partial<Record<PythonTarget, { versions: Record<string, string>; functions: StoredFunction[] }>> = {};

  it.each(PYTHON_TARGETS)(
    '%s: have our values and gradients on 1,000 points, in float32 and float64',
    async (target) => {
      let python: string;
      try {
        python = pythonOf(target);
      } catch (error) {
        console.warn(`skipped ${target}: ${error instanceof Error ? error.message : error}`);
        return;
      }
      const signed = target === 'jax' ? SIGNED_ZEROS.map((fn) => ({ fn })) : [];
      const wanted: Wanted[] = [...EXECUTED, ...signed];
      const x = [...SAMPLES, ...SPECIAL];
      const run = runPython(target, python, wanted, x);
      const largest = { float32: largestOf(), float64: largestOf() };
      const wrong = [];
      for (const precision of ['float32', 'float64'] as const) {
        for (const [i, one] of wanted.entries()) {
          const expected = await expectations(one.fn, x, precision, one.normalize);
          const computed = run.functions[i]![precision];
          wrong.push(...wrongAt(target, one, x, expected, computed).map((point) => ({ precision, ...point })));
          largest[precision].note(one.fn, expected, computed);
        }
      }
      console.log(target, run.versions, `${wanted.length} functions`, largest.float32.show(), largest.float64.show());
      expect(wrong).toEqual([]);
      for (const { compared, vacuous } of [largest.float32.show(), largest.float64.show()]) {
        expect(vacuous / compared).toBeLessThan(0.01);
      }
      kept[target] = { versions: run.versions, functions: storedOf(target, run, x) };
    },
    600_000,
  );

  it.runIf(process.env.AQUASURF_WRITE_GOLDEN === '1')('are stored', () => {
    expect(Object.keys(kept)).toEqual([...PYTHON_TARGETS]);
    const note =
      'float32 values and gradients of exported files, base64 little-endian, at STORED_X of test/export/python.test.ts';
    const file = new URL('../golden/export-python.json', import.meta.url);
    writeFileSync(file, `${JSON.stringify({ note, targets: kept })}\n`);
  });
});

function storedOf(target: PythonTarget, run: PythonRun, x: readonly number[]): StoredFunction[] {
  const positions = STORED_X.map((point) => x.findIndex((value) => Object.is(value, point)));
  const encode = (all: Float64Array): string =>
    Buffer.from(Float32Array.from(positions, (at) => all[at]!).buffer).toString('base64');
  return STORED.map(({ fn, normalize = false }, i) => ({
    fn,
    ...(normalize && { normalize }),
    code: codeDigest(exportFunction(fn, { to: target, normalize }).code),
    values: encode(run.functions[i]!.float32.values),
    gradients: encode(run.functions[i]!.float32.gradients),
  }));
}

/** The largest differences, relative above 1 and absolute below, where tolerances say something; for people to read. */
function largestOf() {
  const most = { value: { difference: 0, fn: '' }, derivative: { difference: 0, fn: '' } };
  let compared = 0;
  let vacuous = 0;
  return {
    note(fn: string, expected: readonly ExpectedPoint[], { values, gradients }: Computed): void {
      expected.forEach(({ value, derivative }, i) => {
        if (!Number.isFinite(Math.fround(value.exact))) return;
        for (const [what, { exact, tolerance }, actual] of [
          ['value', value, values[i]!],
          ['derivative', derivative, gradients[i]!],
        ] as const) {
          if (tolerance === Infinity || !Number.isFinite(exact)) {
            vacuous++;
            continue;
          }
          compared++;
          // Of well-conditioned points: where rounding alone may lead far, a difference says little.
          if (tolerance > 1e-3 * Math.max(1, Math.abs(exact))) continue;
          const difference = Math.abs(actual - exact) / Math.max(1, Math.abs(exact));
          if (difference > most[what].difference) most[what] = { difference, fn };
        }
      });
    },
    show: () => ({ ...most, compared, vacuous }),
  };
}
