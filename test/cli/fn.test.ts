import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryPoint } from '../../src/config.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import { outputSamples } from '../../src/domain/features/samples.js';
import { useCli } from './run-cli.js';

const cli = useCli({ MONGODB_URI: 'mongodb://127.0.0.1:1/nowhere' });

describe('fn without a database', () => {
  it('gives hash, outputs and statistics as JSON, and says on stderr what is left out', async () => {
    const { code, stdout, stderr } = await cli.run('fn', ' max( x, relu(x) ) ', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    const outputs = outputFeatures('relu(x)');
    expect(report).toMatchObject({
      fn: 'max(x,relu(x))',
      hash: canonicalHash(outputs),
      representative: 'max(x,relu(x))',
      aliases: [],
      usable: true,
      database: false,
    });
    expect(report.outputs).toEqual([...outputs]);
    expect(report.statistics).toMatchObject({ count: 1000, finite: 1000, min: 0 });
    expect(stderr).toMatch(/^going on without the database: .*127\.0\.0\.1:1/);
  });

  it('spells outputs that are not finite, for JSON has no word for them', async () => {
    const { stdout } = await cli.run('fn', 'div(x,zero(x))', '--json');
    const { outputs, usable } = JSON.parse(stdout);
    expect(new Set(outputs)).toEqual(new Set(['inf', '-inf']));
    expect(usable).toBe(false);
  });

  it('is readable for people', async () => {
    const { stdout } = await cli.run('fn', 'relu(x)');
    expect(stdout).toMatch(/^function {8}relu\(x\)\nhash {12}[0-9a-f]{32}\n/);
    expect(stdout).toContain('aliases         unknown: no database found');
  });

  it('gives derivative, slopes, asymptotes and normalization', async () => {
    const { stdout } = await cli.run('fn', 'softplus(x)', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      derivative: { text: 'sigmoid(x)', statistics: { saturated: 0, negative: 0, monotone: 'increasing' } },
      asymptotes: { left: { kind: 'constant', value: 0 }, right: { kind: 'linear', slope: 1, intercept: 0 } },
      normalization: { mean: expect.closeTo(0.806059, 5), std: expect.any(Number) },
    });
    const refused = await cli.run('fn', 'reciprocal(x)', '--json');
    expect(JSON.parse(refused.stdout).normalization).toEqual({
      reason: 'its moments under a standard Gaussian input diverge',
    });
  });

  it('draws the curve and its derivative', async () => {
    const file = join(cli.folder, 'swish.png');
    const { stdout, stderr } = await cli.run('fn', 'swish(x)', '--plot', file);
    expect(stdout).toMatch(/\n\nf\(x\)\n.*⠤/s);
    expect(stdout).toMatch(/\n\nf'\(x\)\n/);
    expect(stdout).toContain('x → -∞          f → 0\nx → +∞          f → x\n');
    expect(stderr).toContain(`drawn into ${file}`);
    expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
  });

  it('refuses a picture of another format before it does anything', async () => {
    const { code, stdout, stderr } = await cli.run('fn', 'swish(x)', '--plot', 'swish.gif');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('name a file that ends in .svg or .png');
  });

  it('reads operators of one’s own from a module in --tasks', async () => {
    mkdirSync(join(cli.folder, 'mine'));
    writeFileSync(
      join(cli.folder, 'mine', 'operators.mjs'),
      `export default { name: 'mine', version: 1, unary: [{
        name: 'snake', evaluate: (x) => x + Math.sin(x) ** 2, tensor: (tf, x) => tf.add(x, tf.square(tf.sin(x))),
      }] };`,
    );
    const own = ['fn', 'relu(snake(x))', '--operators', 'mine', '--tasks', 'mine'];
    const { code, stdout, stderr } = await cli.run(...own, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
    const { fn, outputs, derivative } = JSON.parse(stdout);
    expect(fn).toBe('relu(snake(x))');
    const x = outputSamples();
    const slopes: number[] = derivative.slopes;
    x.forEach((value, i) => {
      const snake = value + Math.sin(value) ** 2;
      expect(outputs[i]).toBeCloseTo(Math.max(0, snake), 5);
      expect(slopes[i]).toBeCloseTo(snake > 0 ? 1 + Math.sin(2 * value) : 0, 4);
    });
    expect((await cli.run(...own)).stdout).toContain('function        relu(snake(x))');
    expect((await cli.run('fn', 'relu(snake(x))')).stderr).toContain('unknown operator "snake"');
    expect((await cli.run(...own.slice(0, 4))).stderr).toContain('there is no operator set "mine"');
  });

  it('ends quietly when its reader has gone', async () => {
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${entryPoint('cli/main')}" fn "relu(x)" --json | true`], {
      cwd: cli.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    shell.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await new Promise((resolve) => shell.once('close', resolve));
    expect(stderr).not.toContain('EPIPE');
  });
});
