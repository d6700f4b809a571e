import { createHash } from 'node:crypto';
import type { DataSet, TaskDefinition } from './task.js';

/**
 * SHA-256 of all that a task's `loadData` gives: shapes, classes, inputs, labels, splits, and the order of their rows. It
 * costs about two seconds for each GB on a slow core, once for each process that loads the data. A version that the task
 * names stands in its place.
 */
export function dataHash({ dataVersion }: TaskDefinition, data: DataSet): string {
  const hash = createHash('sha256');
  if (dataVersion !== undefined) return hash.update(`version ${dataVersion}`).digest('hex');
  const { inputShape, classes, train, validation, test } = data;
  hash.update(JSON.stringify({ inputShape, classes }));
  for (const { inputs, labels, rows } of [train, validation, test]) {
    hash.update(JSON.stringify([rows, inputs.length, labels.length]));
    for (const { buffer, byteOffset, byteLength } of [inputs, labels]) {
      // In parts: a single update takes 2 GB at most.
      for (let from = 0; from < byteLength; from += PART) {
        hash.update(new Uint8Array(buffer, byteOffset + from, Math.min(PART, byteLength - from)));
      }
    }
  }
  return hash.digest('hex');
}

const PART = 2 ** 28;
