import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageDir } from '../../config.js';
import type { BackendName } from './current-backend.js';
import { nativeDir } from './native-install.js';

/** A copy of tfjs-node with its native binding, not loaded yet. */
export interface BackendCandidate {
  name: BackendName;
  /** The npm package to require. */
  module: string;
  /** The folder to require it from. */
  from: string;
}

/** GPU first: where it has no device, TensorFlow falls back to the CPU by itself. */
export const BACKEND_NAMES: readonly BackendName[] = ['tfjs-node-gpu', 'tfjs-node'];

const VARIANTS = { 'tfjs-node-gpu': 'gpu', 'tfjs-node': 'cpu' } as const;

/**
 * The copies there are of each backend, in the order in which they are tried: the npm package as the project resolves
 * it, as this package does, then the folder that `aquasurf backend install` makes. npm leaves a package whose download
 * failed without its binding; such a one does not count.
 */
export function findBackends(
  names: readonly BackendName[],
  { projectDir, cacheDir }: { projectDir: string; cacheDir: string | undefined },
): BackendCandidate[] {
  return names.flatMap((name) => {
    // The folder of the cache holds the package tfjs-node in both variants: the library beside it is what differs.
    const places = [
      { module: `@tensorflow/${name}`, from: projectDir },
      { module: `@tensorflow/${name}`, from: packageDir },
      ...(cacheDir === undefined
        ? []
        : [{ module: '@tensorflow/tfjs-node', from: nativeDir(cacheDir, VARIANTS[name]) }]),
    ];
    return places.filter(({ module, from }) => hasBinding(module, from)).map((place) => ({ name, ...place }));
  });
}

function hasBinding(module: string, from: string): boolean {
  try {
    const lib = join(dirname(createRequire(join(from, 'package.json')).resolve(`${module}/package.json`)), 'lib');
    return readdirSync(lib).some((abi) => existsSync(join(lib, abi, 'tfjs_binding.node')));
  } catch {
    // Neither the package nor the folder is there.
    return false;
  }
}
