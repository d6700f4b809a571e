import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { parseExpression } from '../../src/domain/expression/expression.js';
import { ALL_OPERATORS } from '../../src/domain/operators/index.js';
import type { OperatorSet, UnaryOperator } from '../../src/domain/operators/types.js';
import { exportFunction } from '../../src/export/export-function.js';
import { EXPORT_TARGETS } from '../../src/export/source.js';
import { stepsOf } from '../../src/export/steps.js';

describe('exported files', () => {
  it.each(EXPORT_TARGETS)('for %s are these', (to) => {
    const options = { to, version: '1.2.3' };
    expect(exportFunction('max(relu(x),cosh(elu(x)))', options).code).toMatchSnapshot();
    const fn = 'mul(swish(erf(x)), add(swish(erf(x)), pow(x, one(x))))';
    expect(exportFunction(fn, { ...options, normalize: true, name: 'twice_swerf' }).code).toMatchSnapshot();
  });

  it.each(EXPORT_TARGETS)(
    'for %s exist for every operator, normalised where it can be, and tell what they hold',
    (to) => {
      for (const { name, arity } of [...ALL_OPERATORS.unary, ...ALL_OPERATORS.binary, ...ALL_OPERATORS.nary]) {
        const fn = arity === 1 ? `${name}(tanh(x))` : `${name}(softplus(x),erf(x))`;
        const { code, hash } = exportFunction(fn, { to, representative: 'the_smallest(x)' });
        for (const told of [fn, hash, 'the_smallest(x)', 'arXiv 2301.05785', `--to ${to}`])
          expect(code).toContain(told);
        expect(code).not.toMatch(/undefined|\{[abxy]\}|\[object/);
      }
    },
  );

  it('for LaTeX define each named function once, and have balanced braces', () => {
    const { code } = exportFunction('add(mish(gelu(x)),mul(erfc(x),log_sigmoid(sigmoid(x))))', { to: 'latex' });
    for (const once of ['softplus}(z) &=', 'erf}(z) &=', '\\sigma(z) &=']) expect(code.split(once)).toHaveLength(2);
    const depth = [...code].reduce((open, c) => open + (c === '{' ? 1 : c === '}' ? -1 : 0), 0);
    expect(depth).toBe(0);
    expect(code.split('\\left').length).toBe(code.split('\\right').length);
  });

  it('depend on the arguments alone', () => {
    const write = () => exportFunction('gelu(erfc(x))', { to: 'torch', normalize: true });
    expect(write()).toEqual(write());
  });
});

describe('steps', () => {
  it('compute common sub-expressions once, and no argument of a constant', () => {
    const count = (fn: string) => stepsOf(parseExpression(fn), ALL_OPERATORS, true).steps.length;
    expect(count('mul(exp(tanh(x)),add(exp(tanh(x)),tanh(x)))')).toBe(4);
    expect(count('zero(exp(sinh(x)))')).toBe(1);
    expect(count('identity(identity(x))')).toBe(0);
    expect(count('prod_n(x,x,x)')).toBe(2);
    const doubling = Array.from({ length: 8 }).reduce<string>((fn) => `add(${fn},${fn})`, 'x');
    expect(count(doubling.replaceAll('add', 'mul'))).toBe(8);
  });
});

describe('names', () => {
  const nameOf = (fn: string, to: (typeof EXPORT_TARGETS)[number], name?: string) =>
    exportFunction(fn, { to, ...(name === undefined ? {} : { name }) }).name;

  it('are made from the expression, in the manner of the language', () => {
    expect(nameOf('max(relu(x),log_sigmoid(x))', 'torch')).toBe('max_relu_log_sigmoid');
    expect(nameOf('max(relu(x),log_sigmoid(x))', 'typescript')).toBe('maxReluLogSigmoid');
    expect(nameOf('x', 'jax')).toBe('identity');
  });

  it('are not those of the language or of the file', () => {
    expect(nameOf('max(x,x)', 'torch')).toBe('max_activation');
    expect(nameOf('erf(x)', 'typescript')).toBe('erfActivation');
    expect(nameOf('zero(x)', 'tfjs')).toBe('zero');
  });

  it('stay short, and different for different functions', () => {
    const long = (inner: string) => `${'add(swish(x),'.repeat(12)}${inner}${')'.repeat(12)}`;
    const names = [nameOf(long('tanh(x)'), 'jax'), nameOf(long('exp(x)'), 'jax')];
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name.length).toBeLessThan(60);
  });

  it('may be chosen', () => {
    expect(nameOf('tanh(x)', 'torch', 'MyAct')).toBe('my_act');
    expect(exportFunction('tanh(x)', { to: 'torch', name: 'my_act' }).code).toContain('class MyAct(torch.nn.Module)');
    expect(nameOf('tanh(x)', 'tfjs', 'my_act')).toBe('myAct');
  });

  it.each([
    ['lambda', 'torch', /"lambda" has a meaning of its own in Python; choose another/],
    ['torch', 'torch', /"torch" has a meaning/],
    ['class', 'typescript', /in JavaScript/],
    ['a b', 'jax', /use at most 100 letters/],
    ['f(x):\n    import os', 'jax', /use at most 100 letters/],
    ['', 'jax', /use at most 100 letters/],
  ] as const)('refuse %j for %s', (name, to, message) => {
    expect(() => exportFunction('tanh(x)', { to, name })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }),
    );
  });
});

describe('what cannot be exported', () => {
  it('names the position of a fault in the expression', () => {
    expect(() => exportFunction('rleu(x)', { to: 'torch' })).toThrow(/unknown operator "rleu" at character 1/);
  });

  it.each(['one(x)', 'reciprocal(x)', 'exp(exp(exp(x)))'])('%s has no normalisation', (fn) => {
    expect(() => exportFunction(fn, { to: 'keras', normalize: true })).toThrow(
      expect.objectContaining({
        code: 'FUNCTION_NOT_NORMALIZABLE',
        message: expect.stringMatching(/cannot be normalized: .*; leave --normalize out/),
      }),
    );
  });
});

describe('operators of one’s own', () => {
  const snake = (code?: UnaryOperator['code']): OperatorSet => ({
    ...ALL_OPERATORS,
    name: 'mine',
    version: 3,
    own: new Set(['snake']),
    unary: [
      ...ALL_OPERATORS.unary,
      {
        name: 'snake',
        arity: 1,
        evaluate: (x) => x + Math.sin(x) ** 2,
        tensor: (tf, x) => tf.add(x, tf.square(tf.sin(x))),
        ...(code === undefined ? {} : { code }),
      },
    ],
  });

  it('are written by the code that they bring', () => {
    const operators = snake({ torch: '{x} + torch.sin({x}) ** 2' });
    const { code } = exportFunction('relu(snake(tanh(x)))', { to: 'torch', operators });
    expect(code).toContain('t2 = t1 + torch.sin(t1) ** 2');
  });

  it('stand in parentheses in LaTeX where they may be sums', () => {
    const operators = snake({ latex: '{x} + \\sin^2 {x}' });
    const { code } = exportFunction('mul(snake(x),x)', { to: 'latex', operators });
    expect(code).toContain('f(x) &= \\left(x + \\sin^2 x\\right) \\cdot x');
  });

  it('bring a derivative for TypeScript', () => {
    const code = { typescript: '{x} + Math.sin({x}) ** 2', typescriptDerivative: '{dx} * (1 + Math.sin(2 * {x}))' };
    const exported = exportFunction('snake(exp(x))', { to: 'typescript', operators: snake(code) }).code;
    expect(exported).toContain('return d1 * (1 + Math.sin(2 * t1));');
  });

  it.each(EXPORT_TARGETS)('without code for %s are refused with the mend', (to) => {
    expect(() => exportFunction('snake(x)', { to, operators: snake({ other: '{x}' }) })).toThrow(
      `operator "snake" of mine@3 is not built in and brings no code for ${to}: add code: { ${to}: '...{x}...' } to it`,
    );
    expect(() => exportFunction('snake(x)', { to, operators: snake() })).toThrow(/brings no code/);
  });

  it('bring one line', () => {
    expect(() => exportFunction('snake(x)', { to: 'jax', operators: snake({ jax: '{x}\nimport os' }) })).toThrow(
      /more than one line/,
    );
  });
});

it('the command offers every target', () => {
  const command = createProgram().commands.find((one) => one.name() === 'export-fn');
  expect(command?.options.find(({ long }) => long === '--to')?.argChoices).toEqual([...EXPORT_TARGETS]);
});
