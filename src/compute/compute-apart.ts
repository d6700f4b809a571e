import { loadConfig } from '../config.js';
import { createLogger } from '../log.js';
import type { TaskFolders } from '../nn/tasks/task-registry.js';
import { ComputeProcess } from './compute-process.js';

/**
 * Asks a compute process that lives for the question: on the CPU, with one thread, with the backend and the cache that
 * the environment names.
 * @param folders where modules of tasks and operators are looked for
 * @param logLevel @defaultValue LOG_LEVEL
 * @throws AquasurfError CONFIG_INVALID, BACKEND_UNAVAILABLE, and what the question throws
 */
export async function computeApart<T>(
  { projectDir, tasksDir }: TaskFolders,
  ask: (compute: ComputeProcess) => Promise<T>,
  logLevel?: string,
): Promise<T> {
  const config = loadConfig();
  const { backend, cacheDir } = config;
  const compute = new ComputeProcess(
    { backend, cacheDir, projectDir, tasksDir, threads: 1 },
    createLogger({ level: logLevel ?? config.logLevel }),
    { CUDA_VISIBLE_DEVICES: '' },
  );
  try {
    return await ask(compute);
  } finally {
    await compute.close();
  }
}
