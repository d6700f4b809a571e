import type { FunctionSource } from '../../domain/enumeration/enumerator.js';
import { unpackBatch } from '../../domain/enumeration/function-batch.js';
import { rangeId } from '../../store/functions/spaces.js';
import { operatorsOf } from '../../store/study-names.js';
import type { Handler } from './handler.js';

/** Evaluates a range of a space and stores functions, then aliases, then that the range is done. */
export const handleOutputFeatures: Handler<'output-features'> = async ({ space: id, from, to }, context) => {
  const { store, threads, device, signal } = context;
  const range = await store.spaces.getRange(rangeId({ space: id, from, to }));
  const space = await store.spaces.get(id);
  if (!range || !space) return { skipped: 'the space is gone' };
  if (range.done) return { skipped: 'done before' };
  const { operators, schema, order, sample, names } = space;
  const source: FunctionSource = {
    ...(schema ? { schema } : {}),
    ...(order === 'sharing' ? { sharing: true } : {}),
    ...(sample ? { sampleSeed: sample.seed } : {}),
    ...(names ? { names } : {}),
  };
  // A module of operators of one's own runs nowhere but in the compute process.
  const batch = space.operatorSource
    ? await device.use('output-features', () =>
        device.call('enumerate', { source, operators: operatorsOf(space), from, to }, { signal }),
      )
    : unpackBatch(await threads.run('enumerate', { source, operators, from, to }, signal));
  await store.functions.storeRange(id, batch);
  await store.spaces.markRangeDone(range._id);
  return { functions: batch.names.length, unique: batch.hashes.length };
};
