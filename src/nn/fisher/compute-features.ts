import type { OperatorSet, Tf } from '../../domain/operators/types.js';
import { SeededRandom } from '../../domain/random/seeded-random.js';
import { fisherFeatures, packCdf } from '../../domain/spectrum.js';
import { allRows, batchTensors } from '../batches.js';
import { checkData, checkModelFitsData } from '../check-data.js';
import { buildSeededModel } from '../seeded-weights.js';
import type { DataSet, TaskDefinition } from '../task.js';
import { taskLoss } from '../task-loss.js';
import { fisherSpectrum } from './fisher-spectrum.js';

/** What Fisher features depend on besides the task and the function. */
export interface FisherSettings {
  /** Of the initial weights and of the choice of examples. */
  seed: number;
  /** Training examples in the batch; fewer if there are fewer. */
  batchSize: number;
  /** Eigenvalues at or below this share of their factor's largest count as zero. */
  floor: number;
}

export interface ComputeFeaturesOptions {
  tf: Tf;
  task: TaskDefinition;
  data: DataSet;
  /** The activation function's expression. */
  fn: string;
  /** Operators that it is read with. @defaultValue the built-in ones */
  operators?: OperatorSet | undefined;
  settings: FisherSettings;
  /** Told the names of layers that have weights but are left out, if there are any. */
  onIgnored?: (layers: string[]) => void;
}

export type ComputedFeatures =
  | { defined: true; features: Uint16Array; seconds: number }
  | { defined: false; reason: string; seconds: number };

/**
 * Fisher features of a function in a task's network at initialisation, packed (`packCdf`), or why there are none.
 * @throws AquasurfError MODEL_UNSUPPORTED, TASK_INVALID
 */
export async function computeFisherFeatures(options: ComputeFeaturesOptions): Promise<ComputedFeatures> {
  const { tf, task, data, fn, operators, settings } = options;
  const started = performance.now();
  checkData(task.name, data);
  const model = buildSeededModel({ tf, task, fn, operators, seed: settings.seed });
  const examples = new SeededRandom(`examples ${settings.seed}`)
    .shuffle(allRows(data.train.rows))
    .slice(0, settings.batchSize);
  const batch = batchTensors(tf, data, data.train, examples);
  try {
    checkModelFitsData(task.name, model, data);
    const spectra = await fisherSpectrum(model, {
      inputs: batch.inputs,
      labels: batch.oneHot,
      loss: taskLoss(tf, task),
      ...(options.onIgnored ? { onIgnored: options.onIgnored } : {}),
    });
    const computed = fisherFeatures(spectra, { floor: settings.floor });
    const seconds = (performance.now() - started) / 1000;
    return computed.defined
      ? { defined: true, features: packCdf(computed.features), seconds }
      : { defined: false, reason: computed.reason, seconds };
  } finally {
    tf.dispose(Object.values(batch));
    model.dispose();
  }
}
