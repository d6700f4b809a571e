import type * as tfjs from '@tensorflow/tfjs';
import { AquasurfError } from '../errors.js';
import type { DataSet, Split } from './task.js';

const SPLITS = ['train', 'validation', 'test'] as const;

/**
 * Checks that a task's data set is what it says: sizes, labels, no empty split, finite inputs (of others every function
 * would seem to diverge).
 * @throws AquasurfError TASK_INVALID naming the split and what is wrong
 */
export function checkData(taskName: string, data: DataSet): void {
  const fail = (what: string): never => {
    throw new AquasurfError('TASK_INVALID', `task ${taskName}: ${what}`);
  };
  if (!Array.isArray(data?.inputShape)) {
    fail('loadData gave no data set; expected { inputShape, classes, train, validation, test }');
  }
  if (!data.inputShape.every((length) => Number.isInteger(length) && length >= 1)) {
    fail(`loadData gave inputShape [${data.inputShape}]; expected positive whole numbers`);
  }
  if (!Number.isInteger(data.classes) || data.classes < 2) {
    fail(`loadData gave ${data.classes} classes; expected 2 or more`);
  }
  const size = data.inputShape.reduce((a, b) => a * b, 1);
  for (const name of SPLITS) {
    const problem = splitProblem(data[name], size, data.classes);
    if (problem) fail(`split "${name}" ${problem}`);
  }
}

function splitProblem(split: Split | undefined, size: number, classes: number): string | undefined {
  if (!split) return 'is missing; expected { inputs: Float32Array, labels: Int32Array, rows }';
  const { inputs, labels, rows } = split;
  if (!(inputs instanceof Float32Array)) return `has ${kindOf(inputs)} as inputs; expected a Float32Array`;
  if (!(labels instanceof Int32Array)) return `has ${kindOf(labels)} as labels; expected an Int32Array`;
  if (!Number.isInteger(rows) || rows < 1) return `has ${rows} rows; expected 1 or more`;
  if (inputs.length !== rows * size) return `has ${inputs.length} inputs; expected ${rows} rows of ${size}`;
  if (labels.length !== rows) return `has ${labels.length} labels for ${rows} rows`;
  const wrong = labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0) return `has the label ${labels[wrong]}; expected 0 to ${classes - 1} (row ${wrong})`;
  // Not `findIndex`, which takes three times as long: this is read before each training.
  for (let i = 0; i < inputs.length; i++) {
    if (Number.isFinite(inputs[i])) continue;
    return `has an input that is not finite (${inputs[i]} in row ${Math.floor(i / size)})`;
  }
  return undefined;
}

const kindOf = (value: unknown): string => (Object(value) === value ? Object(value).constructor?.name : typeof value);

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
