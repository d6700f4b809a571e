import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, packageDir } from '../../src/config.js';
import type { Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { loadedTf } from '../../src/nn/backend/current-backend.js';
import { findBackends } from '../../src/nn/backend/find-backend.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { EXPECTED_LOSSES, selfCheck } from '../../src/nn/backend/self-check.js';

const empty = mkdtempSync(join(tmpdir(), 'aquasurf-'));
afterAll(() => rmSync(empty, { recursive: true }));

describe('before a backend is loaded', () => {
  test('loadedTf says what to do', () => {
    expect(() => loadedTf()).toThrow(expect.objectContaining({ code: 'BACKEND_UNAVAILABLE' }));
  });

  test('without any native TensorFlow, loadBackend lists the ways to get one', async () => {
    const { projectDir, ...error } = await failureIn(empty);
    expect(error.code).toBe('BACKEND_UNAVAILABLE');
    for (const way of ['npm install @tensorflow/tfjs-node', 'aquasurf backend install cpu', 'backend install gpu']) {
      expect(error.message).toContain(way);
    }
    expect(error.message).not.toContain('\n');
  });

  async function failureIn(folder: string): Promise<{ code: string; message: string; projectDir: string }> {
    try {
      await loadBackend('tfjs-node-gpu', { cacheDir: folder, projectDir: folder });
    } catch (error) {
      if (String((error as { code?: string }).code) === 'BACKEND_UNAVAILABLE') {
        const auto = await loadBackend('auto', { cacheDir: folder, projectDir: folder }).catch((e: Error) => e);
        // Where npm could install tfjs-node beside this package, `auto` finds it.
        const failed = auto instanceof Error ? (auto as Error & { code: string }) : (error as Error & { code: string });
        return { code: failed.code, message: failed.message, projectDir: folder };
      }
      throw error;
    }
    throw new Error('a GPU backend is installed beside this package');
  }

  test('a package without its binding does not count, one with it does, and the project comes before the cache', () => {
    const module = (root: string, name: string) => join(root, 'node_modules/@tensorflow', name);
    const project = join(empty, 'project');
    const native = join(empty, 'cache/native/cpu');
    for (const folder of [module(project, 'tfjs-node'), module(native, 'tfjs-node')]) {
      mkdirSync(join(folder, 'lib/napi-v8'), { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{}');
    }
    const found = () =>
      findBackends(['tfjs-node-gpu', 'tfjs-node'], { projectDir: project, cacheDir: join(empty, 'cache') }).map(
        ({ from }) => from,
      );
    const installed = found();
    expect(installed).not.toContain(project);
    writeFileSync(join(module(native, 'tfjs-node'), 'lib/napi-v8/tfjs_binding.node'), '');
    expect(found()).toEqual([...installed, native]);
    writeFileSync(join(module(project, 'tfjs-node'), 'lib/napi-v8/tfjs_binding.node'), '');
    expect(found()).toEqual([project, ...installed, native]);
  });
});

describe('loadBackend', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = (await loadBackend('auto')).tf;
  });

  test('gives one backend a process, with version and devices', async () => {
    const first = await loadBackend('auto');
    expect(await loadBackend('tfjs-node')).toBe(first);
    expect(first.tensorflowVersion).toMatch(/^2\.\d+/);
    expect(first.devices).toContain('CPU');
    expect(loadedTf()).toBe(first.tf);
  });

  test('a backend with a wrong gradient is found faulty', () => {
    const wrong = {
      ...tf,
      maxPool: ((...args: Parameters<Tf['maxPool']>) => tf.relu(tf.maxPool(...args))) as Tf['maxPool'],
    };
    expect(() => selfCheck(wrong)).toThrow(expect.objectContaining({ code: 'BACKEND_FAULTY' }));
  });

  test('the self-check leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    selfCheck(tf);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('prints nothing', async () => {
    const script = `import { loadBackend } from ${JSON.stringify(join(packageDir, 'src/nn/backend/load-backend.ts'))};
      await loadBackend('auto', { cacheDir: ${JSON.stringify(loadConfig().cacheDir)} });`;
    const path = join(empty, 'load.mts');
    writeFileSync(path, script);
    const jiti = join(packageDir, 'node_modules/jiti/lib/jiti-cli.mjs');
    const { stdout, stderr } = await execa(process.execPath, [jiti, path]);
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
  });
});

describe('the stored losses of the self-check', () => {
  test('are those of float64 arithmetic with central differences', () => {
    const random = new SeededRandom('self-check');
    const draw = (count: number, scale: number) =>
      Array.from({ length: count }, () => Math.fround(scale * random.normal()));
    const inputs = draw(8 * 72, 1);
    let weights = [...draw(72, 0.4), ...draw(144, 0.3), 0, 0, 0, 0];
    const m = weights.map(() => 0);
    const v = weights.map(() => 0);
    const losses = [lossOf(inputs, weights)];
    for (let step = 1; step <= 2; step++) {
      weights = weights.map((weight, i) => {
        const at = (delta: number) => lossOf(inputs, weights.with(i, weight + delta));
        const gradient = (at(1e-5) - at(-1e-5)) / 2e-5;
        // Adam (Kingma & Ba 2015, algorithm 1) with the defaults of tfjs.
        m[i] = 0.9 * m[i]! + 0.1 * gradient;
        v[i] = 0.999 * v[i]! + 0.001 * gradient ** 2;
        const vHat = v[i]! / (1 - 0.999 ** step);
        return weight - (0.05 * (m[i]! / (1 - 0.9 ** step))) / (Math.sqrt(vHat) + 1e-7);
      });
      losses.push(lossOf(inputs, weights));
    }
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(EXPECTED_LOSSES[i]!, 5);
  });

  /** Convolution 3×3 same, max-pool 2, tanh, dense, softmax cross-entropy. */
  function lossOf(inputs: number[], weights: number[]): number {
    let total = 0;
    for (let n = 0; n < 8; n++) {
      const pooled = new Array<number>(36).fill(Number.NEGATIVE_INFINITY);
      for (let y = 0; y < 6; y++) {
        for (let x = 0; x < 6; x++) {
          for (let f = 0; f < 4; f++) {
            let sum = 0;
            for (let a = 0; a < 3; a++) {
              for (let b = 0; b < 3; b++) {
                const [row, column] = [y + a - 1, x + b - 1];
                if (row < 0 || row > 5 || column < 0 || column > 5) continue;
                for (let c = 0; c < 2; c++) {
                  sum += inputs[n * 72 + (row * 6 + column) * 2 + c]! * weights[((a * 3 + b) * 2 + c) * 4 + f]!;
                }
              }
            }
            const at = ((y >> 1) * 3 + (x >> 1)) * 4 + f;
            pooled[at] = Math.max(pooled[at]!, sum);
          }
        }
      }
      const logits = [0, 1, 2, 3].map((k) =>
        pooled.reduce((sum, value, i) => sum + Math.tanh(value) * weights[72 + i * 4 + k]!, weights[216 + k]!),
      );
      total += Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[n % 4]!;
    }
    return total / 8;
  }
});
