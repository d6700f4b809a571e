import type { TaskLayer } from '../nn/task-layers.js';
import type { TaskFolders } from '../nn/tasks/task-registry.js';
import { computeApart } from './compute-apart.js';

/**
 * The layers of a task's network, or of a built-in model, in a compute process that lives for it: building one needs a
 * backend and runs the user's module.
 * @throws AquasurfError TASK_NOT_FOUND, TASK_INVALID, MODEL_UNSUPPORTED, BACKEND_UNAVAILABLE
 */
export function layersApart(name: string, folders: TaskFolders): Promise<TaskLayer[]> {
  return computeApart(folders, (compute) => compute.call('layers', { name }, { about: { task: name } }));
}
