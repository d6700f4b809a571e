import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import type { Geometry } from '../../src/nn/fisher/counted-layers.js';
import { factorEigenvalues } from '../../src/nn/fisher/eigenvalue-solver.js';
import { type FactorOptions, factorMatrix } from '../../src/nn/fisher/factor-matrix.js';
import { channelPatchRows, denseRows, type FactorRows, patchRows } from '../../src/nn/fisher/factor-rows.js';
import { windows } from '../../src/nn/fisher/windows.js';
import { expectClose } from '../support/close-spectra.js';
import { jacobiEigenvalues } from '../support/jacobi.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

const eigenvalues = async (rows: FactorRows, options: FactorOptions) =>
  factorEigenvalues(await factorMatrix(tf, rows, options), rows.columns + (options.homogeneous ? 1 : 0));

/** The twin: Σ p pᵀ and Σ p over all patches, entry by entry in float64. */
function plainMoments(image: Float32Array, shape: number[], layer: Geometry, compat: boolean) {
  const [count, height, width, channels] = shape as [number, number, number, number];
  const { kernelSize: k, stride } = layer;
  const [down, across] = [windows(height, layer, compat), windows(width, layer, compat)];
  const columns = k * k * channels;
  const products = new Float64Array(columns * columns);
  const sums = new Float64Array(columns);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < down.count; i++) {
      for (let j = 0; j < across.count; j++) {
        const patch = Array.from({ length: columns }, (_, e) => {
          const [a, b, c] = [Math.floor(e / channels / k), Math.floor(e / channels) % k, e % channels];
          const [y, x] = [i * stride + a - down.before, j * stride + b - across.before];
          const inside = y >= 0 && x >= 0 && y < height && x < width;
          return inside ? image[((n * height + y) * width + x) * channels + c]! : 0;
        });
        for (const [e, value] of patch.entries()) {
          sums[e]! += value;
          for (const [f, other] of patch.entries()) products[e * columns + f]! += value * other;
        }
      }
    }
  }
  return { products, sums };
}

function randomConvolution(random: SeededRandom) {
  const kernelSize = 1 + random.integer(5);
  const layer: Geometry = {
    kernelSize,
    stride: 1 + random.integer(3),
    padding: random.integer(2) === 0 ? 'same' : 'valid',
  };
  const shape = [
    1 + random.integer(3),
    kernelSize + random.integer(9),
    kernelSize + random.integer(9),
    1 + random.integer(4),
  ];
  // Not around zero, and louder at one border, so that taking strips away is put to the test.
  const values = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => (i % (shape[2]! * shape[3]!) < shape[3]! ? 8 : 1) * (random.normal() + 0.3),
  );
  return { layer, shape, values };
}

describe('second moments of patches are those of the plain twin', () => {
  const cases = Array.from({ length: 60 }, (_, seed) => seed);
  test.each(cases)('random convolution %d', async (seed) => {
    const { layer, shape, values } = randomConvolution(new SeededRandom(`convolution ${seed}`));
    const images = tf.tensor(values, shape);
    for (const compat of [false, true]) {
      const twin = plainMoments(values, shape, layer, compat);
      const largest = Math.max(...twin.products.map(Math.abs));
      for (const scheme of ['patches', 'offsets'] as const) {
        const { products, sums } = await patchRows(tf, images, layer, compat, scheme).moments();
        const what = `${scheme} ${JSON.stringify({ ...layer, shape, compat })}`;
        expect(products.length, what).toBe(twin.products.length);
        expect(Math.max(...products.map((p, i) => Math.abs(p - twin.products[i]!))) / largest, what).toBeLessThan(1e-5);
        const sum = Math.max(...twin.sums.map(Math.abs));
        expect(Math.max(...sums.map((s, i) => Math.abs(s - twin.sums[i]!))) / sum, what).toBeLessThan(1e-5);
      }
    }
    images.dispose();
  });

  test.each(cases.slice(0, 20))('random depthwise convolution %d', async (seed) => {
    const { layer, shape, values } = randomConvolution(new SeededRandom(`depthwise ${seed}`));
    const images = tf.tensor(values, shape);
    const channels = shape[3]!;
    const size = layer.kernelSize ** 2;
    const twin = plainMoments(values, shape, layer, false);
    const { products, sums } = await channelPatchRows(tf, images, layer, false).moments();
    const wide = size * channels;
    for (let a = 0; a < size; a++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += twin.sums[a * channels + c]!;
      expect(Math.abs(sums[a]! - sum)).toBeLessThan(1e-4 * Math.max(...twin.sums.map(Math.abs)));
      for (let b = 0; b < size; b++) {
        let product = 0;
        for (let c = 0; c < channels; c++) product += twin.products[(a * channels + c) * wide + b * channels + c]!;
        expect(Math.abs(products[a * size + b]! - product)).toBeLessThan(1e-5 * Math.max(...products));
      }
    }
    images.dispose();
  });

  test('of a large layer in both ways, in several pieces', async () => {
    const images = tf.randomNormal([50, 20, 21, 16], 0.5, 1, 'float32', 3);
    const layer: Geometry = { kernelSize: 3, stride: 1, padding: 'same' };
    const [plain, offsets] = await Promise.all(
      (['patches', 'offsets'] as const).map((scheme) => patchRows(tf, images, layer, false, scheme).moments()),
    );
    const largest = Math.max(...plain!.products);
    for (const [i, value] of plain!.products.entries()) {
      expect(Math.abs(offsets!.products[i]! - value) / largest).toBeLessThan(1e-6);
    }
    images.dispose();
  });

  test('leave no tensors behind', async () => {
    const images = tf.randomNormal([2, 6, 6, 3]);
    const before = tf.memory().numTensors;
    for (const scheme of ['patches', 'offsets'] as const) {
      for (const stride of [1, 2]) {
        await patchRows(tf, images, { kernelSize: 3, stride, padding: 'same' }, false, scheme).moments();
      }
    }
    await channelPatchRows(tf, images, { kernelSize: 3, stride: 1, padding: 'same' }, false).moments();
    expect(tf.memory().numTensors).toBe(before);
    images.dispose();
  });
});

describe('eigenvalues of a factor', () => {
  const rows = (count: number, columns: number, scale: number) => {
    const random = new SeededRandom(7);
    return Array.from({ length: count }, () =>
      Array.from({ length: columns }, () => Math.fround(scale * random.normal())),
    );
  };
  const bruteForce = (values: number[][]) => {
    const bar = values.map((row) => [1, ...row]);
    return jacobiEigenvalues(
      bar[0]!.map((_, i) => bar[0]!.map((_, j) => bar.reduce((s, r) => s + r[i]! * r[j]!, 0) / 2)),
    );
  };

  test.each([
    ['more rows than columns', 12, 5],
    ['fewer rows than columns: from the Gram matrix, filled up with zeros', 4, 9],
    ['several pieces of rows and a rest', 9001, 3],
  ])('%s', async (_, count, columns) => {
    const values = rows(count, columns, 1);
    const tensor = tf.tensor2d(values);
    const found = await eigenvalues(denseRows(tf, tensor), { homogeneous: true, divisor: 2 });
    expectClose(found, bruteForce(values), 'factor');
    tensor.dispose();
  });

  test('few patches: from the Gram matrix', async () => {
    const images = tf.randomNormal([2, 3, 3, 4], 0, 1, 'float32', 1);
    const layer: Geometry = { kernelSize: 3, stride: 1, padding: 'valid' };
    const source = patchRows(tf, images, layer, false);
    expect([source.rows, source.columns]).toEqual([2, 36]);
    const found = await eigenvalues(source, { homogeneous: true, divisor: 2 });
    const two = (await images.array()) as unknown as number[][][][];
    expectClose(found, bruteForce(two.map((image) => image.flat(2))), 'factor');
    images.dispose();
  });

  test.each([1e-30, 1e-15, 1e15, 1e25])('entries of magnitude %d neither vanish nor overflow', async (scale) => {
    const tensor = tf.tensor2d(rows(12, 5, scale));
    const found = await eigenvalues(denseRows(tf, tensor), { homogeneous: false, divisor: 1 });
    const plain = tf.tensor2d(rows(12, 5, 1));
    const wanted = await eigenvalues(denseRows(tf, plain), { homogeneous: false, divisor: 1 });
    for (const [i, value] of wanted.entries()) expect(found[i]! / scale ** 2 / value).toBeCloseTo(1, 4);
    tf.dispose([tensor, plain]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('an entry %d makes all of them NaN', async (bad) => {
    for (const wide of [false, true]) {
      const tensor = tf.tensor2d(
        wide
          ? [[1, 2, bad]]
          : [
              [1, 2],
              [3, bad],
              [1, 1],
              [2, 2],
            ],
      );
      const found = await eigenvalues(denseRows(tf, tensor), { homogeneous: true, divisor: 1 });
      expect([...found]).toEqual(new Array(wide ? 4 : 3).fill(Number.NaN));
      tensor.dispose();
    }
  });

  test('zeros alone have eigenvalues 0, but for the bias', async () => {
    const tensor = tf.zeros([6, 2]);
    expect([...(await eigenvalues(denseRows(tf, tensor), { homogeneous: false, divisor: 3 }))]).toEqual([0, 0]);
    expect([...(await eigenvalues(denseRows(tf, tensor), { homogeneous: true, divisor: 3 }))]).toEqual([0, 0, 2]);
    tensor.dispose();
  });

  test('rows of rank one have one eigenvalue above the noise', async () => {
    const tensor = tf.tensor2d(Array.from({ length: 30 }, (_, i) => [i, 2 * i, 3 * i]));
    const [first, second, third] = await eigenvalues(denseRows(tf, tensor), { homogeneous: false, divisor: 1 });
    expect(Math.abs(first!) / third!).toBeLessThan(1e-6);
    expect(Math.abs(second!) / third!).toBeLessThan(1e-6);
    expect(third! / (14 * 8555)).toBeCloseTo(1, 6);
    tensor.dispose();
  });
});
