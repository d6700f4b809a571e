import type { Tf } from '../domain/operators/types.js';
import { AquasurfError, errorLine } from '../errors.js';
import { checkData } from './check-data.js';
import { countedLayers } from './fisher/counted-layers.js';
import { buildSeededModel } from './seeded-weights.js';
import type { DataSet, Split, TaskDefinition } from './task.js';
import { trainFunction } from './train.js';

/** Bounded, so that what is not finite with it is the task's fault. */
const FUNCTION = 'tanh(x)';
const ROWS = 32;

/**
 * Trains a task's network for one small batch and evaluates it on another: what is wrong with model, data, loss or
 * optimizer shows before any work.
 * @throws AquasurfError TASK_INVALID with what is wrong, MODEL_UNSUPPORTED where it can have no Fisher features
 */
export async function checkTask({ tf, task, data }: { tf: Tf; task: TaskDefinition; data: DataSet }): Promise<void> {
  checkData(task.name, data);
  const size = data.inputShape.reduce((a, b) => a * b, 1);
  const few = ({ inputs, labels, rows }: Split): Split => ({
    inputs: inputs.subarray(0, ROWS * size),
    labels: labels.subarray(0, ROWS),
    rows: Math.min(rows, ROWS),
  });
  const { train, validation, test } = data;
  const invalid = (what: string, cause?: unknown) =>
    new AquasurfError('TASK_INVALID', `task ${task.name}: ${what}`, { cause });
  const { result } = await trainFunction({
    tf,
    task: { ...task, training: { ...task.training, epochs: 1, batchSize: ROWS, evaluationBatchSize: ROWS } },
    data: { ...data, train: few(train), validation: few(validation), test: few(test) },
    fn: FUNCTION,
    seed: 0,
  }).catch((error: unknown) => {
    throw error instanceof AquasurfError ? error : invalid(`the first batch fails: ${errorLine(error)}`, error);
  });
  const model = buildSeededModel({ tf, task, fn: FUNCTION, seed: 0 });
  try {
    countedLayers(model);
  } finally {
    model.dispose();
  }
  if (result.trainLoss === null) throw invalid(`the loss of the first batch is not finite, although ${FUNCTION} is`);
}
