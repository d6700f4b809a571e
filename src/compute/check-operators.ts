import { operatorReference } from '../domain/operators/own-operators.js';
import type { OperatorSet } from '../domain/operators/types.js';
import type { Logger } from '../log.js';
import { ComputeProcess } from './compute-process.js';
import type { ComputeSettings } from './protocol.js';

/**
 * Checks the tensor forms of operators of one's own, in a compute process that lives for it: tensor forms need a
 * backend, and user modules meet one nowhere else.
 * @throws AquasurfError OPERATOR_INVALID with the point where a value or gradient is wrong; BACKEND_UNAVAILABLE
 */
export async function checkOperatorsApart(set: OperatorSet, settings: ComputeSettings, log: Logger): Promise<void> {
  if (!set.own) return;
  const compute = new ComputeProcess(settings, log, { CUDA_VISIBLE_DEVICES: '' });
  try {
    await compute.call('checkOperators', { operators: operatorReference(set) });
  } finally {
    await compute.close();
  }
}
