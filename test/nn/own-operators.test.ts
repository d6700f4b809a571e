import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatExpression, parseExpression } from '../../src/domain/expression/expression.js';
import { parseSchema, schemaInstance, schemaSize } from '../../src/domain/expression/schema.js';
import { evaluate } from '../../src/domain/features/evaluate.js';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import {
  buildOperatorSet,
  defineOperators,
  type OperatorsDefinition,
} from '../../src/domain/operators/own-operators.js';
import type { Tensor, Tf } from '../../src/domain/operators/types.js';
import { ActivationFunction, createActivationFunction, registerOperators } from '../../src/nn/activation-function.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { checkOperators } from '../../src/nn/check-operators.js';

let tf: Tf;
beforeAll(async () => {
  ({ tf } = await loadBackend('auto', { threads: 1 }));
});

type Unary = NonNullable<OperatorsDefinition['unary']>[number];
const snake: Unary = {
  name: 'snake',
  evaluate: (x) => x + Math.sin(x) ** 2,
  tensor: (tf, x) => tf.add(x, tf.square(tf.sin(x))),
};
const mine = (changes: Partial<OperatorsDefinition> = {}) =>
  defineOperators({ name: 'mine', version: 1, unary: [snake], ...changes });
const set = (changes: Partial<OperatorsDefinition> = {}) => buildOperatorSet(mine(changes), 'source');
const errorOf = (body: () => unknown): string => {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
};

describe('a set of operators of one’s own', () => {
  it('parses, prints and evaluates them, and every built-in operator', () => {
    const operators = set();
    const expression = parseExpression('max( snake(x), mish(x) )', operators);
    expect(formatExpression(expression)).toBe('max(snake(x),mish(x))');
    expect(evaluate(parseExpression('snake(x)', operators), [0.5, 2], operators)).toEqual(
      Float64Array.of(0.5 + Math.sin(0.5) ** 2, 2 + Math.sin(2) ** 2),
    );
    expect(errorOf(() => parseExpression('snaek(x)', operators))).toMatch(/did you mean "snake"/);
    expect(errorOf(() => parseExpression('snake(x)'))).toMatch(/unknown operator "snake"/);
  });

  it('takes part in schemas, after the operators that it extends', () => {
    const schema = parseSchema('unary(x)');
    expect(schemaSize(schema, set())).toBe(28n);
    expect(schemaSize(schema, set({ extends: 'all' }))).toBe(32n);
    expect(formatExpression(schemaInstance(schema, set(), 27))).toBe('snake(x)');
  });

  it('may hold binary and n-ary ones', () => {
    const operators = set({
      binary: [{ name: 'mean', evaluate: (a, b) => (a + b) / 2, tensor: (tf, a, b) => tf.div(tf.add(a, b), 2) }],
      nary: [
        {
          name: 'norm',
          evaluate: (args) => Math.sqrt(Array.from(args).reduce((sum, arg) => sum + arg * arg, 0)),
          tensor: (tf, args) => {
            const squares = args.map((arg) => tf.square(arg) as Tensor).reduce((sum, square) => tf.add(sum, square));
            return tf.sqrt(squares);
          },
        },
      ],
    });
    expect([...evaluate(parseExpression('norm(mean(x,one(x)),x)', operators), [3], operators)]).toEqual([
      Math.sqrt(13),
    ]);
    checkOperators(tf, operators);
  });

  it.each<[string, Partial<OperatorsDefinition>, RegExp]>([
    ['an upper-case name', { unary: [{ ...snake, name: 'Snake' }] }, /"Snake" of mine@1: a name has .* lower case/],
    ['the name x', { unary: [{ ...snake, name: 'x' }] }, /"x" of mine@1: a name has/],
    ['a built-in name', { unary: [{ ...snake, name: 'relu' }] }, /"relu" of mine@1 has the name of a built-in/],
    ['a built-in name that it does not extend', { unary: [{ ...snake, name: 'mish' }] }, /built-in operator/],
    ['a name twice', { unary: [snake, snake] }, /"snake" of mine@1 stands twice/],
    ['a wrong arity', { unary: [{ ...snake, arity: 2 } as never] }, /says arity 2 but stands in the list unary/],
    ['a built-in set’s name', { name: 'standard' }, /"standard" is built in/],
    ['a malformed set name', { name: 'my set' }, /set name "my set"/],
    ['version 0', { version: 0 }, /version is 0/],
    ['no operators', { unary: [] }, /has no operators/],
    ['text', { unary: [{ ...snake, evaluate: (() => '1') as never }] }, /at x = -20: its numeric form gives string/],
    [
      'an exception',
      {
        unary: [
          {
            ...snake,
            evaluate: (x) => {
              if (x < -10) throw new Error('too small');
              return x;
            },
          },
        ],
      },
      /at x = -20: its numeric form throws \(too small\)/,
    ],
    ['random numbers', { unary: [{ ...snake, evaluate: () => Math.random() }] }, /two values at x = -20/],
    ['nothing finite', { unary: [{ ...snake, evaluate: () => Number.NaN }] }, /finite at none of/],
  ])('with %s is refused', (_, changes, message) => {
    expect(errorOf(() => set(changes))).toMatch(message);
  });
});

describe.each(['tensorflow', 'cpu'])('the check of tensor forms on the backend %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('tensorflow'));
  const check = (operator: Partial<Unary>) =>
    errorOf(() => checkOperators(tf, set({ unary: [{ ...snake, ...operator }] })));

  it('passes right ones and leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    checkOperators(tf, set());
    expect(tf.memory().numTensors).toBe(before);
  });

  it('passes kinks, jumps and poles', () => {
    const jump: Unary = {
      name: 'jump',
      evaluate: (x) => (x > 1 ? 1 : 0) + Math.abs(x - 2) + 1 / (x + 3),
      tensor: (tf, x) => tf.add(tf.add(tf.step(tf.sub(x, 1)), tf.abs(tf.sub(x, 2))), tf.reciprocal(tf.add(x, 3))),
    };
    checkOperators(tf, set({ unary: [jump] }));
  });

  it('refuses a wrong gradient, naming operator, point, expected and given slope', () => {
    const message = check({
      tensor: (tf, x) =>
        tf.customGrad((input) => ({
          value: tf.add(input as Tensor, tf.square(tf.sin(input as Tensor))),
          // The derivative of sin² is sin 2x, not sin x.
          gradFunc: (dy: Tensor) => tf.mul(dy, tf.add(1, tf.sin(input as Tensor))),
        }))(x),
    });
    const found =
      /^operator "snake" of mine@1: the gradient of its tensor form at x = (\S+) is (\S+), finite differences of its numeric form give (\S+);/.exec(
        message,
      );
    expect(message).toMatch(found ? /./ : 'the expected form');
    const [x, given, expected] = found!.slice(1).map(Number) as [number, number, number];
    expect(given).toBeCloseTo(1 + Math.sin(x), 3);
    expect(expected).toBeCloseTo(1 + Math.sin(2 * x), 3);
  });

  it('refuses a gradient that ignores the incoming one', () => {
    const message = check({
      tensor: (tf, x) =>
        tf.customGrad((input) => ({
          value: tf.add(input as Tensor, tf.square(tf.sin(input as Tensor))),
          gradFunc: () => tf.add(1, tf.sin(tf.mul(2, input as Tensor))),
        }))(x),
    });
    expect(message).toMatch(/the gradient of its tensor form/);
  });

  it('refuses values that differ, and a slight error of a gradient', () => {
    expect(check({ tensor: (tf, x) => tf.add(x, tf.sin(x)) })).toMatch(
      /its tensor form at x = \S+ gives \S+, its numeric form \S+$/,
    );
    expect(
      check({
        tensor: (tf, x) =>
          tf.customGrad((input) => ({
            value: tf.add(input as Tensor, tf.square(tf.sin(input as Tensor))),
            gradFunc: (dy: Tensor) => tf.mul(dy, tf.add(1.01, tf.sin(tf.mul(2, input as Tensor)))),
          }))(x),
      }),
    ).toMatch(/the gradient/);
  });

  it('refuses a tensor form that throws, or does not work element by element', () => {
    const message = check({
      tensor: () => {
        throw new Error('no such op');
      },
    });
    expect(message).toMatch(/"snake" of mine@1: its tensor form does not work: no such op/);
    expect(check({ tensor: (tf, x) => tf.sum(x) })).toMatch(/shape \[\]; it must work element by element/);
  });
});

describe('ActivationFunction with operators of one’s own', () => {
  it('has their values and survives saving and loading', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aquasurf-'));
    try {
      const fn = 'max(snake(x),tanh(x))';
      const layers = [
        tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer: 'ones' }),
        ActivationFunction({ fn, operators: mine(), normalize: true }),
      ];
      const model = tf.sequential({ layers });
      await model.save(`file://${folder}`);
      registerOperators(mine());
      const loaded = await tf.loadLayersModel(`file://${folder}/model.json`);
      const input = tf.tensor2d([[1, -2]]);
      expect((loaded.predict(input) as Tensor).dataSync()).toEqual((model.predict(input) as Tensor).dataSync());
      expect(loaded.layers[1]!.getClassName()).toBe('ActivationFunction.mine.1');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('does not leak into functions of built-in operators', () => {
    createActivationFunction(tf, { fn: 'snake(x)' }, set());
    expect(errorOf(() => ActivationFunction({ fn: 'snake(x)' }))).toMatch(/unknown operator "snake"/);
    expect(errorOf(() => outputFeatures('snake(x)'))).toMatch(/unknown operator "snake"/);
  });

  it('refuses a wrong one', () => {
    const wrong = mine({ unary: [{ ...snake, tensor: (tf, x) => tf.sin(x) }] });
    expect(() => ActivationFunction({ fn: 'snake(x)', operators: wrong })).toThrow(
      expect.objectContaining({ code: 'OPERATOR_INVALID' }),
    );
  });
});
