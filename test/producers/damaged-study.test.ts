import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPipeline } from '../../src/open-pipeline.js';
import { reconcile } from '../../src/producers/reconcile.js';
import { newStudy } from '../store/test-store.js';
import { testServices } from '../support/services.js';

const services = testServices();
let pipeline: Awaited<ReturnType<typeof openPipeline>>;
beforeAll(async () => {
  pipeline = await openPipeline(services);
});
afterAll(async () => {
  await pipeline.close();
  await services.drop();
});

describe('a study whose document is damaged', () => {
  it('does not keep the reconciler from the others, and is told once', async () => {
    const { store, queues } = pipeline;
    const told: string[] = [];
    store.damage.onFound(({ message }) => told.push(message));
    const studies = store.client.db(store.database).collection<{ _id: unknown }>('studies');
    await studies.insertMany([{ _id: 'broken' }, { _id: 5 }]);
    await store.spaces.put({
      ...{ _id: 'list-0123456789ab', operators: 'standard@1', names: ['relu(x)'], size: '1' },
      ...{ generation: 0, state: 'wanted' },
    });
    await store.studies.create(newStudy('sound', { spaces: ['list-0123456789ab'] }));
    await reconcile(pipeline);
    await reconcile(pipeline);
    expect(told).toEqual([
      expect.stringContaining('document "5" of collection "studies" is malformed'),
      expect.stringContaining('document "broken" of collection "studies" is malformed at field "task"'),
    ]);
    expect(await queues.queue('schema-expansion').getJobCounts('waiting')).toEqual({ waiting: 1 });
    // Who asks for that study alone is told why.
    await expect(reconcile(pipeline, { study: 'broken' })).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
  });
});
