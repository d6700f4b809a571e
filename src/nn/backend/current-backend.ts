import type { Tf } from '../../domain/operators/types.js';
import { AquasurfError } from '../../errors.js';

export type BackendName = 'tfjs-node-gpu' | 'tfjs-node';

/** tfjs on a compute device, checked and ready. */
export interface Backend {
  tf: Tf;
  name: BackendName;
  /** Of the native library, e.g. `2.10.1`. */
  tensorflowVersion: string;
  /** What TensorFlow computes on: `GPU` first where it uses one, and `CPU`. */
  devices: string[];
}

interface ProcessBackend {
  loading?: Promise<Backend> | undefined;
  ready?: Backend;
}

/**
 * tfjs keeps its engine, its backend and its registered classes in the process, so there is one backend a process and
 * this is where it is kept. It hangs on the global object, not on this module: a second copy of this package in the
 * process (its sources beside its compiled files) must find the same one.
 */
const KEY = Symbol.for('aquasurf.backend');

function processBackend(): ProcessBackend {
  const holder = globalThis as typeof globalThis & { [KEY]?: ProcessBackend };
  holder[KEY] ??= {};
  return holder[KEY];
}

/** The backend of this process, loaded by `load` at the first call. A failed load is forgotten. */
export function backendOfProcess(load: () => Promise<Backend>): Promise<Backend> {
  const state = processBackend();
  state.loading ??= load().then(
    (backend) => {
      state.ready = backend;
      return backend;
    },
    (error: unknown) => {
      state.loading = undefined;
      throw error;
    },
  );
  return state.loading;
}

/** tfjs of the backend of this process; undefined where none is loaded (yet). */
export const processTf = (): Tf | undefined => processBackend().ready?.tf;

/**
 * tfjs of the backend that `loadBackend` has loaded.
 * @throws AquasurfError BACKEND_UNAVAILABLE before that
 */
export function loadedTf(): Tf {
  const { ready } = processBackend();
  if (ready) return ready.tf;
  throw new AquasurfError('BACKEND_UNAVAILABLE', "no backend is loaded yet: `await loadBackend('auto')` first");
}
