import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type { Tf } from '../domain/operators/types.js';
import { allRows, batchTensors, inBatches } from './batches.js';
import type { Objective } from './objective.js';
import { RunningMetrics } from './running-metrics.js';
import type { DataSet, Split } from './task.js';

/**
 * Mean loss (NaN if not finite) and accuracy of a model on a split, dropout off.
 * @throws AquasurfError TASK_INVALID where the loss takes for probabilities what is none, by the first batch
 */
export async function evaluateModel(
  tf: Tf,
  objective: Objective,
  data: DataSet,
  split: Split,
  batchSize: number,
  onBatch: () => void = () => {},
): Promise<{ loss: number; accuracy: number }> {
  const metrics = new RunningMetrics(tf);
  try {
    for (const rows of inBatches(allRows(split.rows), batchSize)) {
      tf.tidy(() => {
        const batch = batchTensors(tf, data, split, rows);
        const { loss, scores } = objective.evaluate(batch.inputs, batch.oneHot, { training: false });
        if (rows[0] === 0) objective.checkScores(scores);
        metrics.add(loss, scores, batch.classes);
      });
      onBatch();
      await yieldToEvents();
    }
    return await metrics.read();
  } finally {
    metrics.dispose();
  }
}
