import type { Logger } from '../log.js';
import type { TaskLayer } from '../nn/task-layers.js';
import { ComputeProcess } from './compute-process.js';
import type { ComputeSettings } from './protocol.js';

/**
 * The layers of a task's network, or of a built-in model, in a compute process that lives for it: building one needs a
 * backend and runs the user's module.
 * @throws AquasurfError TASK_NOT_FOUND, TASK_INVALID, MODEL_UNSUPPORTED, BACKEND_UNAVAILABLE
 */
export async function layersApart(name: string, settings: ComputeSettings, log: Logger): Promise<TaskLayer[]> {
  const compute = new ComputeProcess(settings, log, { CUDA_VISIBLE_DEVICES: '' });
  try {
    return await compute.call('layers', { name });
  } finally {
    await compute.close();
  }
}
