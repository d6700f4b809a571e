import type * as tfjs from '@tensorflow/tfjs';
import { fisherFeatures, packCdf } from '../../domain/features/spectrum.js';
import type { OperatorSet, Tf } from '../../domain/operators/types.js';
import { SeededRandom } from '../../domain/random/seeded-random.js';
import { allRows, batchTensors } from '../batches.js';
import { checkData, checkModelFitsData } from '../check-data.js';
import type { DataSet, TaskDefinition } from '../task.js';
import { taskLoss } from '../task-loss.js';
import type { EigenvalueSolver } from './eigenvalue-solver.js';
import { createFisherPlan, type FisherPart, type FisherPlan } from './fisher-plan.js';
import { FunctionModel } from './function-model.js';

/** What Fisher features depend on besides the task and the function. */
interface FisherFeatureSettings {
  /** Of the initial weights and of the choice of examples. */
  seed: number;
  /** Training examples in the batch; fewer if there are fewer. */
  batchSize: number;
  /** Eigenvalues at or below this share of their factor's largest count as zero. */
  floor: number;
  /** Bins of a layer at most. @defaultValue one for each hundred weights */
  bins?: number | undefined;
  /** With the quirks of the original program. */
  compat?: 'aquasurf' | undefined;
}

interface FeatureComputerOptions {
  tf: Tf;
  task: TaskDefinition;
  data: DataSet;
  /** Operators that functions are read with. @defaultValue the built-in ones */
  operators?: OperatorSet | undefined;
  settings: FisherFeatureSettings;
  /** Told once the names of layers that have weights but are left out, if there are any. */
  onIgnored?: ((layers: string[]) => void) | undefined;
  /** @defaultValue in this thread */
  solve?: EigenvalueSolver | undefined;
  /** Told the seconds of each part of the work. */
  onTime?: ((part: FisherPart | 'build' | 'histogram', seconds: number) => void) | undefined;
}

type ComputedFeatures =
  | { defined: true; features: Uint16Array; seconds: number }
  | { defined: false; reason: string; seconds: number };

/**
 * Fisher features of one function after another in a task's network at initialisation. The model, its weights, the
 * batch and what was found out about the layers are made once and kept until `dispose`.
 */
export class FeatureComputer {
  readonly #options: FeatureComputerOptions;
  readonly #model: FunctionModel;
  #plan: { of: tfjs.LayersModel; plan: FisherPlan } | undefined;
  #batch: ReturnType<typeof batchTensors> | undefined;

  constructor(options: FeatureComputerOptions) {
    checkData(options.task.name, options.data);
    this.#options = options;
    const { tf, task, operators, settings } = options;
    this.#model = new FunctionModel({ tf, task, operators, seed: settings.seed });
  }

  /**
   * Packed features (`packCdf`), or why there are none.
   * @param fn the activation function's expression
   * @param onPart called after each part of each layer's work
   * @throws AquasurfError MODEL_UNSUPPORTED, TASK_INVALID, EXPRESSION_INVALID
   */
  async compute(fn: string, onPart: () => void = () => {}): Promise<ComputedFeatures> {
    const { settings } = this.#options;
    const onTime: NonNullable<FeatureComputerOptions['onTime']> = (part, seconds) => {
      this.#options.onTime?.(part, seconds);
      onPart();
    };
    const started = performance.now();
    const plan = this.#planWith(fn);
    this.#batch ??= this.#makeBatch();
    onTime('build', (performance.now() - started) / 1000);
    const spectra = await plan.spectra({ inputs: this.#batch.inputs, labels: this.#batch.oneHot, onTime });
    const solved = performance.now();
    const computed = fisherFeatures(spectra, settings);
    const ended = performance.now();
    onTime('histogram', (ended - solved) / 1000);
    const seconds = (ended - started) / 1000;
    return computed.defined
      ? { defined: true, features: packCdf(computed.features), seconds }
      : { defined: false, reason: computed.reason, seconds };
  }

  dispose(): void {
    this.#model.dispose();
    if (this.#batch) this.#options.tf.dispose(Object.values(this.#batch));
    this.#batch = undefined;
    this.#plan = undefined;
  }

  #planWith(fn: string): FisherPlan {
    const { tf, task, data, solve, onIgnored } = this.#options;
    const model = this.#model.with(fn);
    if (this.#plan?.of === model) return this.#plan.plan;
    checkModelFitsData(task.name, model, data);
    const { compat } = this.#options.settings;
    const plan = createFisherPlan(model, { tf, loss: taskLoss(tf, task), task: task.name, solve, compat });
    if (plan.ignored.length > 0 && !this.#plan) onIgnored?.([...plan.ignored]);
    this.#plan = { of: model, plan };
    return plan;
  }

  #makeBatch(): ReturnType<typeof batchTensors> {
    const { tf, data, settings } = this.#options;
    const examples = new SeededRandom(`examples ${settings.seed}`)
      .shuffle(allRows(data.train.rows))
      .slice(0, settings.batchSize);
    return batchTensors(tf, data, data.train, examples);
  }
}

/**
 * Fisher features of a single function.
 * @throws AquasurfError MODEL_UNSUPPORTED, TASK_INVALID
 */
export async function computeFisherFeatures({
  fn,
  ...options
}: FeatureComputerOptions & { fn: string }): Promise<ComputedFeatures> {
  const computer = new FeatureComputer(options);
  try {
    return await computer.compute(fn);
  } finally {
    computer.dispose();
  }
}
