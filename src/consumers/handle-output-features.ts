import type { FunctionSource } from '../domain/enumerate.js';
import type { Handler } from './handler.js';

/** Evaluates a range of a space and stores functions, then aliases, then that the range is done. */
export const handleOutputFeatures: Handler<'output-features'> = async ({ space: id, from, to }, context) => {
  const { store, threads, signal } = context;
  const range = await store.spaces.getRange(`${id}-${from}-${to}`);
  const space = await store.spaces.get(id);
  if (!range || !space) return { skipped: 'the space is gone' };
  if (range.done) return { skipped: 'done before' };
  const { operators, schema, names } = space;
  const source: FunctionSource = { operators, ...(schema ? { schema } : {}), ...(names ? { names } : {}) };
  const records = await threads.run('enumerate', { source, from, to }, signal);
  await store.functions.storeRange(id, records);
  await store.spaces.markRangeDone(range._id);
  return { functions: records.length };
};
