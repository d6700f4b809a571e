import { describe, expect, it } from 'vitest';
import { newStudy, useStore } from './test-store.js';

const store = useStore();
const note = (of: string, reason: string, worker: string) => store().failures.note(of, 'training', { reason, worker });

describe('what keeps workers from a kind of job', () => {
  it('is the last reason, how often in a row, and by whom, until one succeeds', async () => {
    await note('digits', 'no backend', 'a');
    await note('digits', 'no data: $where', 'b');
    await note('digits', 'no data: $where', 'b');
    const failure = await store().failures.get('digits', 'training');
    expect(failure).toMatchObject({ of: 'digits', job: 'training', reason: 'no data: $where', count: 3 });
    expect(failure!.workers.sort()).toEqual(['a', 'b']);
    expect(failure!.last.getTime()).toBeGreaterThan(failure!.first.getTime());

    await store().failures.clear('digits', 'fisher-eigenvalues');
    expect(await store().failures.get('digits', 'training')).toMatchObject({ count: 3 });
    await store().failures.clear('digits', 'training');
    expect(await store().failures.get('digits', 'training')).toBeNull();
    await note('digits', 'again', 'a');
    expect(await store().failures.get('digits', 'training')).toMatchObject({ count: 1, workers: ['a'] });
  });

  it('counts each of many that fail at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => note('racing', 'no data', `worker-${i % 4}`)));
    const failure = await store().failures.get('racing', 'training');
    expect(failure).toMatchObject({ count: 20 });
    expect(failure!.workers).toHaveLength(4);
  });

  it('is told of a study and its spaces, and goes with the study', async () => {
    await store().studies.create(newStudy('gone'));
    await note('gone', 'no data', 'a');
    await store().failures.note('schema-0123456789ab', 'output-features', { reason: 'no operators', worker: 'a' });
    const found = await store().failures.all(['gone', 'schema-0123456789ab']);
    expect(found.map(({ job, reason }) => [job, reason]).sort()).toEqual([
      ['output-features', 'no operators'],
      ['training', 'no data'],
    ]);
    await store().studies.delete('gone');
    expect(await store().failures.all(['gone'])).toEqual([]);
  });
});
