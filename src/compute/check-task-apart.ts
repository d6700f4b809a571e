import { operatorReference } from '../domain/operators/own-operators.js';
import type { OperatorSet } from '../domain/operators/types.js';
import type { ResolvedTask, TaskFolders } from '../nn/tasks/task-registry.js';
import { checkOperatorsApart } from './check-operators.js';
import { computeApart } from './compute-apart.js';

/**
 * Tries a task before anything is stored, in a compute process that lives for it: builds its network, loads its data,
 * trains on one batch, and checks the operators that its functions are read with.
 * @returns the hash of its data; undefined where the task has no network
 * @throws AquasurfError TASK_INVALID, MODEL_UNSUPPORTED, OPERATOR_INVALID, DATA_SET_UNAVAILABLE, BACKEND_UNAVAILABLE
 */
export async function checkTaskApart(
  { task, sourceHash }: ResolvedTask,
  set: OperatorSet,
  folders: TaskFolders,
  logLevel?: string,
): Promise<string | undefined> {
  if (!task.buildModel) {
    await checkOperatorsApart(set, folders, logLevel);
    return undefined;
  }
  const params = { task: { name: task.name, sourceHash }, operators: operatorReference(set) };
  const ask = { about: { task: task.name } };
  return (await computeApart(folders, (compute) => compute.call('checkTask', params, ask), logLevel)).dataHash;
}
