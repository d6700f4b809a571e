import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportFunction } from '../../src/export/export-function.js';
import { useCli } from '../cli/run-cli.js';

const cli = useCli({ MONGODB_URI: 'mongodb://127.0.0.1:1/nowhere' });

describe('aquasurf export-fn', () => {
  it('prints the file, and says on stderr that no database was asked', async () => {
    const { code, stdout, stderr } = await cli.run('export-fn', ' max( relu(x), x ) ', '--to', 'torch');
    expect({ code, stderr: stderr.split(':')[0] }).toEqual({ code: 0, stderr: 'going on without the database' });
    expect(stdout).toMatch(/^"""max\(relu\(x\),x\): /);
    expect(stdout).toContain('def max_relu(x: torch.Tensor) -> torch.Tensor:');
    expect(stdout).toMatch(/--to torch \(version \d+\.\d+\.\d+\)/);
  });

  it('writes the file with --out, and tells about it in JSON', async () => {
    const args = [
      'export-fn',
      'swish(erf(x))',
      '--to',
      'typescript',
      '--normalize',
      '--name',
      'swerf',
      '--out',
      'swerf.ts',
    ];
    const { code, stdout } = await cli.run(...args, '--json');
    expect(code).toBe(0);
    const told = JSON.parse(stdout);
    const { hash, normalization } = exportFunction('swish(erf(x))', { to: 'typescript', normalize: true });
    expect(told).toMatchObject({
      fn: 'swish(erf(x))',
      hash,
      name: 'swerf',
      to: 'typescript',
      file: 'swerf.ts',
      normalization,
    });
    expect(readFileSync(join(cli.folder, 'swerf.ts'), 'utf8')).toBe(told.code);
  });

  it('gives the file alone on stdout with --out /dev/stdout', async () => {
    const { code, stdout, stderr } = await cli.run(
      'export-fn',
      'relu(x)',
      '--to',
      'latex',
      '--out',
      '/dev/stdout',
      '--json',
    );
    expect(code).toBe(0);
    expect(stdout).toBe(JSON.parse(stderr.trim().split('\n').at(-1)!).code);
  });

  it('reads operators of one’s own, with the code that they bring', async () => {
    writeFileSync(
      join(cli.folder, 'aquasurf.config.mjs'),
      `export const operators = { name: 'mine', version: 2, unary: [{
        name: 'snake', evaluate: (x) => x + Math.sin(x) ** 2, tensor: (tf, x) => tf.add(x, tf.square(tf.sin(x))),
        code: { jax: '{x} + jnp.sin({x}) ** 2' },
      }] };
      export default operators;`,
    );
    const own = ['export-fn', 'relu(snake(x))', '--operators', 'mine'];
    const { stdout } = await cli.run(...own, '--to', 'jax');
    expect(stdout).toContain('t1 = x + jnp.sin(x) ** 2');
    const { code, stderr } = await cli.run(...own, '--to', 'torch');
    expect(code).toBe(2);
    expect(stderr).toContain('operator "snake" of mine@2 is not built in and brings no code for torch');
  });

  it.each([
    [['relu(x', '--to', 'jax'], 2, /at character 7/],
    [['relu(x)'], 2, /required option '--to <target>' not specified/],
    [['relu(x)', '--to', 'pytorch'], 2, /Allowed choices are torch, keras, jax, tfjs, typescript, latex/],
    [['relu(x)', '--to', 'jax', '--name', 'lambda'], 2, /"lambda" has a meaning of its own in Python/],
    [['relu(x)', '--to', 'jax', '--name', ''], 2, /use at most 100 letters/],
    [
      ['one(x)', '--to', 'jax', '--normalize'],
      1,
      /one\(x\) cannot be normalized: its variance .* is 0; leave --normalize out/,
    ],
    [['relu(x)', '--to', 'jax', '--out', 'nowhere/f.py'], 1, /cannot write nowhere\/f\.py: .*a folder that exists/],
    [['relu(x)', '--to', 'jax', '--operators', 'nobodys'], 2, /there is no operator set "nobodys"/],
  ] as const)('%j fails with the reason', async (args, expectedCode, message) => {
    const { code, stdout, stderr } = await cli.run('export-fn', ...args);
    expect({ code, stdout }).toEqual({ code: expectedCode, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
