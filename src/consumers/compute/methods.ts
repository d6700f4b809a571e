import { AquasurfError } from '../../errors.js';
import { type Backend, type BackendName, loadBackend } from '../../nn/backend/load-backend.js';
import { computeFisherFeatures } from '../../nn/fisher/compute-features.js';
import type { DataSet } from '../../nn/task.js';
import { type ResolvedTask, resolveTask } from '../../nn/tasks/task-registry.js';
import { trainFunction } from '../../nn/train.js';
import type { ComputeMethod, ComputeSettings, Params, Result, TaskReference } from './protocol.js';

type Methods = {
  [M in ComputeMethod]: (params: Params<M>, onProgress: (fraction: number) => void) => Promise<Result<M>>;
};

/** The calls that the compute process answers. Backend, tasks and data are loaded once and kept. */
export function createMethods(settings: ComputeSettings, notify: (line: string) => void): Methods {
  const prepared = new Map<string, Promise<Prepared>>();
  const prepare = (reference: TaskReference) => {
    const key = `${reference.name} ${reference.sourceHash}`;
    let ready = prepared.get(key);
    if (!ready) {
      ready = load(settings, reference, notify);
      prepared.set(key, ready);
      // A failed load is tried again by the next call: the user may have mended it.
      ready.catch(() => prepared.delete(key));
    }
    return ready;
  };
  return {
    prepare: async ({ task }) => ({ backend: (await prepare(task)).backend.name }),
    fisher: async ({ task, fn, settings: fisher }) => {
      const { backend, resolved, data } = await prepare(task);
      return computeFisherFeatures({ tf: backend.tf, task: resolved.task, data, fn, settings: fisher });
    },
    train: async ({ task, fn, seed }, onProgress) => {
      const { backend, resolved, data } = await prepare(task);
      return trainFunction({ tf: backend.tf, task: resolved.task, data, fn, seed, onProgress });
    },
  };
}

interface Prepared {
  backend: Backend;
  resolved: ResolvedTask;
  data: DataSet;
}

async function load(
  settings: ComputeSettings,
  reference: TaskReference,
  notify: (line: string) => void,
): Promise<Prepared> {
  const backend = await loadBackend(settings.backend as BackendName | 'auto', {
    cacheDir: settings.cacheDir,
    threads: settings.threads,
  });
  const resolved = await resolveTask(reference.name, {
    projectDir: settings.projectDir,
    ...(settings.tasksDir === undefined ? {} : { tasksDir: settings.tasksDir }),
  });
  if (resolved.sourceHash !== reference.sourceHash) {
    throw new AquasurfError(
      'TASK_CHANGED',
      `task ${reference.name} (${resolved.origin}) is not the one that the study was made with: its source has changed. ` +
        'Results of two versions must not mix: restore the source, or create a new study',
    );
  }
  const data = await resolved.task.loadData({ cacheDir: settings.cacheDir, notify });
  return { backend, resolved, data };
}
