import type * as tfjs from '@tensorflow/tfjs';
import { AquasurfError } from '../errors.js';
import type { DataSet, Split, TaskDefinition } from './task.js';

const SPLITS = ['train', 'validation', 'test'] as const;

/**
 * Checks that a task's data set is what it says: sizes, labels, no empty split.
 * @throws AquasurfError TASK_INVALID naming the split and what is wrong
 */
export function checkData(taskName: string, data: DataSet): void {
  const fail = (what: string): never => {
    throw new AquasurfError('TASK_INVALID', `task ${taskName}: loadData gave ${what}`);
  };
  if (!Array.isArray(data?.inputShape)) fail('no data set; expected { inputShape, classes, train, validation, test }');
  const size = data.inputShape.reduce((a, b) => a * b, 1);
  if (!Number.isInteger(size) || size < 1) fail(`inputShape [${data.inputShape}]; expected positive whole numbers`);
  if (!Number.isInteger(data.classes) || data.classes < 2) fail(`${data.classes} classes; expected 2 or more`);
  for (const name of SPLITS) {
    const problem = splitProblem(data[name], size, data.classes);
    if (problem) fail(`a split "${name}" ${problem}`);
  }
}

function splitProblem(split: Split | undefined, size: number, classes: number): string | undefined {
  if (!split || !(split.inputs instanceof Float32Array) || !(split.labels instanceof Int32Array)) {
    return 'that is not { inputs: Float32Array, labels: Int32Array, rows }';
  }
  const { inputs, labels, rows } = split;
  if (!Number.isInteger(rows) || rows < 1) return `of ${rows} rows; expected 1 or more`;
  if (inputs.length !== rows * size) return `with ${inputs.length} inputs; expected ${rows} rows of ${size}`;
  if (labels.length !== rows) return `with ${labels.length} labels for ${rows} rows`;
  const wrong = labels.find((label) => label < 0 || label >= classes);
  return wrong === undefined ? undefined : `with the label ${wrong}; expected 0 to ${classes - 1}`;
}

/**
 * Checks that a model takes the data's inputs and gives one score a class.
 * @throws AquasurfError TASK_INVALID with both shapes
 */
export function checkModelFitsData(taskName: string, model: tfjs.LayersModel, data: DataSet): void {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new AquasurfError('TASK_INVALID', `task ${taskName}: the model must have one input and one output`);
  }
  const expectShape = (what: string, shape: tfjs.Shape, wanted: readonly number[]) => {
    const [batch, ...rest] = shape;
    const fits = batch === null && rest.length === wanted.length && rest.every((n, i) => n === null || n === wanted[i]);
    if (fits) return;
    const found = `[${rest.join(', ')}]${batch === null ? '' : ` for a fixed batch of ${batch}`}`;
    throw new AquasurfError('TASK_INVALID', `task ${taskName}: the model's ${what} is ${found}, expected [${wanted}]`);
  };
  expectShape('input', model.inputs[0]!.shape, data.inputShape);
  expectShape('output', model.outputs[0]!.shape, [data.classes]);
}

/**
 * Checks that a model whose loss is the cross-entropy does not end in a plain dense layer: its outputs are no class
 * probabilities, and training and Fisher features of them would be numbers without a meaning.
 * @throws AquasurfError TASK_INVALID naming the layer and the mend
 */
export function checkEndsInProbabilities({ name, loss }: TaskDefinition, model: tfjs.LayersModel): void {
  const last = model.outputs[0]!.sourceLayer;
  if (typeof loss === 'function' || last.getClassName() !== 'Dense' || last.getConfig().activation !== 'linear') return;
  const mend = 'add tf.layers.softmax() after it, or give the task a loss of its own';
  throw new AquasurfError(
    'TASK_INVALID',
    `task ${name}: the model ends in layer "${last.name}", without a softmax; ${mend}`,
  );
}
