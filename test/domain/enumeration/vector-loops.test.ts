import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperatorLoops } from '../../../src/domain/enumeration/operator-loop.js';
import { apply } from '../../../src/domain/operators/check-points.js';
import { ALL_OPERATORS } from '../../../src/domain/operators/index.js';
import type { Operator } from '../../../src/domain/operators/types.js';
import { wasmEnumerationKernels } from '../../../src/kernels/function-vectors.js';
import { testSize } from '../../support/test-size.js';

const OPERATORS: readonly Operator[] = [...ALL_OPERATORS.unary, ...ALL_OPERATORS.binary, ...ALL_OPERATORS.nary];

/** Where branches of the special functions meet, and what lies beyond numbers. */
const EDGES = [0, -0, 0.5, 1, -1, 2, 3, 8, -8, 28, 29, -745.3, 710, 5e-324, -1e-310, 1e300, Infinity, -Infinity, NaN];
const number = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.double({ min: -4, max: 4, noNaN: true }),
  fc.double({ min: -40, max: 40, noNaN: true }),
  fc.integer({ min: -9, max: 9 }),
  fc.double(),
);
const vectors = (count: number) =>
  fc
    .array(fc.tuple(...Array.from({ length: count }, () => number)), { minLength: 1, maxLength: 40 })
    .map((rows) => Array.from({ length: count }, (_, k) => Float64Array.from(rows, (row) => row[k]!)));
const countOf = ({ arity }: Operator) => (arity === 'n' ? 3 : arity);

/** As bits, every NaN alike: -0 is not 0. */
const shown = (values: Iterable<number>) => [...values].map((value) => (Object.is(value, -0) ? '-0' : String(value)));

describe.each([
  ['plain', new OperatorLoops()],
  ['with kernels', new OperatorLoops(wasmEnumerationKernels())],
])('the loop over vectors, %s,', (_, loops) => {
  it.each(OPERATORS.map((operator) => [operator.name, operator] as const))(
    'of %s gives what evaluate gives',
    (_, operator) => {
      const count = countOf(operator);
      const property = fc.property(vectors(count), (args) => {
        const expected = Array.from(args[0]!, (_, i) =>
          apply(
            operator,
            args.map((arg) => arg[i]!),
          ),
        );
        const out = new Float64Array(args[0]!.length);
        loops.of(operator, count)(args, out);
        expect(shown(out)).toEqual(shown(expected));
        // Once more with zeros of the other sign, which a loop may take for what it remembers.
        const flipped = args.map((arg) => arg.map((value) => (value === 0 ? -value : value)));
        loops.of(operator, count)(flipped, out);
        expect(shown(out)).toEqual(
          shown(
            Array.from(out, (_, i) =>
              apply(
                operator,
                flipped.map((arg) => arg[i]!),
              ),
            ),
          ),
        );
        // Once more with other second arguments: a loop may keep something of the first.
        if (count !== 2) return;
        const swapped = [args[0]!, args[0]!];
        loops.of(operator, count)(swapped, out);
        expect(shown(out)).toEqual(shown(Array.from(args[0]!, (a) => apply(operator, [a, a]))));
      });
      fc.assert(property, { numRuns: testSize({ small: 300, full: 20_000 }) });
    },
  );
});

describe('an operator', () => {
  it.each(OPERATORS.filter(({ symmetric }) => symmetric).map((operator) => [operator.name, operator] as const))(
    'of %s gives the same with its arguments in another order, but for the sign of zeros',
    (_, operator) => {
      const property = fc.property(fc.tuple(number, number, number), ([a, b, c]) => {
        const orders =
          operator.arity === 2
            ? [
                [a, b],
                [b, a],
              ]
            : [
                [a, b, c],
                [b, a, c],
              ];
        if (operator.arity === 'n' && operator.symmetric === 'all') orders.push([c, b, a], [b, c, a], [a, c, b]);
        const [first, ...others] = orders.map((args) => apply(operator, args) + 0);
        for (const other of others) expect(other).toBe(first);
      });
      fc.assert(property, { numRuns: testSize({ small: 1000, full: 100_000 }) });
    },
  );
});
