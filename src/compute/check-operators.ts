import { operatorReference } from '../domain/operators/own-operators.js';
import type { OperatorSet } from '../domain/operators/types.js';
import type { TaskFolders } from '../nn/tasks/task-registry.js';
import { computeApart } from './compute-apart.js';

/**
 * Checks the tensor forms of operators of one's own, in a compute process that lives for it: tensor forms need a
 * backend, and user modules meet one nowhere else.
 * @param logLevel @defaultValue LOG_LEVEL
 * @throws AquasurfError OPERATOR_INVALID with the point where a value or gradient is wrong; BACKEND_UNAVAILABLE
 */
export async function checkOperatorsApart(set: OperatorSet, folders: TaskFolders, logLevel?: string): Promise<void> {
  if (!set.own) return;
  const operators = operatorReference(set);
  await computeApart(folders, (compute) => compute.call('checkOperators', { operators }), logLevel);
}
