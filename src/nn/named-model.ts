import type * as tfjs from '@tensorflow/tfjs';
import type { Tf } from '../domain/operators/types.js';
import { createActivationFunction } from './activation-function.js';
import { MODELS } from './models/index.js';
import { buildSeededModel } from './seeded-weights.js';
import { resolveTask, type TaskFolders } from './tasks/task-registry.js';

/**
 * The network of a task with its first baseline in it, or a built-in model of that name, to look at; the caller
 * disposes of it.
 * @throws AquasurfError TASK_NOT_FOUND, TASK_INVALID
 */
export async function namedModel(tf: Tf, name: string, folders: TaskFolders): Promise<tfjs.LayersModel> {
  const fn = 'relu(x)';
  const model = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (model) {
    return model.build({
      tf,
      activation: (layer) => createActivationFunction(tf, layer === undefined ? { fn } : { fn, name: layer }),
    });
  }
  const { task } = await resolveTask(name, folders, Object.keys(MODELS));
  return buildSeededModel({ tf, task, fn, seed: 0 });
}
