import type { Tf } from '../domain/operators/types.js';
import type { DataSet, Split } from './task.js';

/** Some examples of a split as tensors; the caller disposes of them (or tf.tidy does). */
export function batchTensors(tf: Tf, data: DataSet, split: Split, rows: ArrayLike<number>) {
  const size = data.inputShape.reduce((a, b) => a * b, 1);
  const inputs = new Float32Array(rows.length * size);
  const classes = new Int32Array(rows.length);
  const oneHot = new Float32Array(rows.length * data.classes);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    inputs.set(split.inputs.subarray(row * size, (row + 1) * size), i * size);
    const label = split.labels[row]!;
    classes[i] = label;
    oneHot[i * data.classes + label] = 1;
  }
  return {
    inputs: tf.tensor(inputs, [rows.length, ...data.inputShape]),
    /** Class indices [rows], int32. */
    classes: tf.tensor1d(classes, 'int32'),
    /** [rows, classes], float32. */
    oneHot: tf.tensor2d(oneHot, [rows.length, data.classes]),
  };
}

/** `order` cut into batches; the last one may be smaller. */
export function* inBatches(order: readonly number[], batchSize: number): Generator<readonly number[]> {
  for (let from = 0; from < order.length; from += batchSize) yield order.slice(from, from + batchSize);
}

/** 0, 1, ..., count - 1. */
export const allRows = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
