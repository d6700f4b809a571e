import type { DataSet, Split } from '../task.js';

/** The data set with inputs shifted and scaled so that those of the training split have mean 0 and variance 1. */
export function standardize(data: DataSet): DataSet {
  const { inputs } = data.train;
  let sum = 0;
  for (const value of inputs) sum += value;
  const mean = sum / inputs.length;
  let squares = 0;
  for (const value of inputs) squares += (value - mean) ** 2;
  const std = Math.sqrt(squares / inputs.length) || 1;
  const scaled = (split: Split): Split => ({ ...split, inputs: split.inputs.map((value) => (value - mean) / std) });
  return { ...data, train: scaled(data.train), validation: scaled(data.validation), test: scaled(data.test) };
}
