import { createRequire } from 'node:module';
import { join } from 'node:path';
import nodeUtil from 'node:util';
import { loadConfig } from '../../config.js';
import type { Tf } from '../../domain/operators/types.js';
import { AquasurfError, errorLine } from '../../errors.js';
import { registerActivationFunction } from '../activation-function.js';
import { registerModelLayers } from '../models/layers/index.js';
import { type Backend, type BackendName, backendOfProcess } from './current-backend.js';
import { BACKEND_NAMES, type BackendCandidate, findBackends } from './find-backend.js';
import { selfCheck } from './self-check.js';

export type { Backend, BackendName } from './current-backend.js';
export type { BackendCandidate } from './find-backend.js';

export interface LoadBackendOptions {
  /** Where `aquasurf backend install` puts native libraries. @defaultValue `AQUASURF_CACHE`, or ~/.cache/aquasurf */
  cacheDir?: string | undefined;
  /** The folder from which npm packages are looked for first. @defaultValue the working folder */
  projectDir?: string;
  /** Threads of TensorFlow, within and between operations. @defaultValue TensorFlow's own: one for each core */
  threads?: number;
}

/**
 * Loads tfjs on the best native TensorFlow there is, checks it by training two steps, and registers the
 * ActivationFunction layer for serialisation.
 *
 * A process has one backend, by tfjs's nature (its engine is global): a later call gives the first call's, whatever it
 * asks for; see its `name`. Loading sets environment variables that TensorFlow reads (log level, threads).
 * @throws AquasurfError BACKEND_UNAVAILABLE with the ways to get one, BACKEND_FAULTY if the check fails
 */
export function loadBackend(name: BackendName | 'auto', options: LoadBackendOptions = {}): Promise<Backend> {
  return backendOfProcess(async () => {
    const projectDir = options.projectDir ?? process.cwd();
    const cacheDir = options.cacheDir ?? loadConfig().cacheDir;
    const candidates = findBackends(name === 'auto' ? BACKEND_NAMES : [name], { projectDir, cacheDir });
    prepareProcess(options.threads);
    const failures: string[] = [];
    for (const candidate of candidates) {
      try {
        return open(candidate);
      } catch (error) {
        if (error instanceof AquasurfError) throw error;
        failures.push(`${candidate.module} in ${candidate.from} does not load: ${errorLine(error)}`);
      }
    }
    throw unavailable(name, failures);
  });
}

/** What `loadBackend` would try first, without loading anything: undefined where no native TensorFlow is there. */
export function findBackend(
  name: BackendName | 'auto',
  folders: { cacheDir: string | undefined; projectDir: string },
): BackendCandidate | undefined {
  return findBackends(name === 'auto' ? BACKEND_NAMES : [name], folders)[0];
}

/** What must be there before the library is loaded. */
function prepareProcess(threads: number | undefined): void {
  const perOperation = threads === undefined ? {} : { TF_NUM_INTRAOP_THREADS: String(threads) };
  const between = threads === undefined ? {} : { TF_NUM_INTEROP_THREADS: String(threads) };
  // TensorFlow greets on stderr below log level 2; a level that the user has set stays.
  Object.assign(process.env, { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env, ...perOperation, ...between });
  // tfjs-node 4.22 calls two functions that Node 22 and later warn of, or have removed.
  const util = nodeUtil as unknown as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}

/** The members of tfjs-node's backend that its types do not show. */
interface NativeBackend {
  binding: { TF_Version: string };
  isUsingGpuDevice: boolean;
}

function open({ name, module, from }: BackendCandidate): Backend {
  const tf = createRequire(join(from, 'package.json'))(module) as Tf;
  // Silences advice that tfjs prints on the console; it changes nothing else.
  tf.enableProdMode();
  selfCheck(tf);
  registerActivationFunction(tf);
  registerModelLayers(tf);
  const native = tf.backend() as unknown as NativeBackend;
  return {
    tf,
    name,
    tensorflowVersion: native.binding.TF_Version,
    devices: native.isUsingGpuDevice ? ['GPU', 'CPU'] : ['CPU'],
  };
}

function unavailable(name: BackendName | 'auto', failures: string[]): AquasurfError {
  const wanted = name === 'auto' ? 'no native TensorFlow was found' : `no native TensorFlow for ${name} was found`;
  const ways =
    name === 'tfjs-node-gpu'
      ? '`npm install @tensorflow/tfjs-node-gpu`, or `aquasurf backend install gpu`'
      : '`npm install @tensorflow/tfjs-node`, or `aquasurf backend install cpu` where its download fails; ' +
        'for NVIDIA GPUs `npm install @tensorflow/tfjs-node-gpu`, or `aquasurf backend install gpu`';
  const reasons = failures.length > 0 ? ` (${failures.join('; ')})` : '';
  return new AquasurfError('BACKEND_UNAVAILABLE', `${wanted}${reasons}. Get one with ${ways}`);
}
