import type * as tfjs from '@tensorflow/tfjs';
import type { Tf } from '../domain/operators/types.js';
import { createActivationFunction } from './activation-function.js';
import { MODELS } from './models/index.js';
import { buildSeededModel } from './seeded-weights.js';
import type { TaskDefinition } from './task.js';
import { resolveTask, type TaskFolders } from './tasks/task-registry.js';

interface NamedModel {
  model: tfjs.LayersModel;
  task?: TaskDefinition;
}

/**
 * The network of a task with relu in it, or a built-in model of that name, to look at; the caller disposes of it.
 * @returns besides, the task, if it is one
 * @throws AquasurfError TASK_NOT_FOUND, TASK_INVALID
 */
export async function namedModel(tf: Tf, name: string, folders: TaskFolders): Promise<NamedModel> {
  const fn = 'relu(x)';
  const builtIn = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (builtIn) {
    const model = builtIn.build({
      tf,
      activation: (layer) => createActivationFunction(tf, layer === undefined ? { fn } : { fn, name: layer }),
    });
    return { model };
  }
  const { task } = await resolveTask(name, folders, Object.keys(MODELS));
  return { model: buildSeededModel({ tf, task, fn, seed: 0 }), task };
}
