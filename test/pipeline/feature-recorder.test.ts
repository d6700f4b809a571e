import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FeatureRecorder } from '../../src/consumers/handlers/feature-recorder.js';

const outcome = { state: 'undefined' as const, reason: 'no eigenvalue in range' };

/** A store that writes down what it is told, and fails while `failing` says with what. */
function fakeStore() {
  const writes: string[][] = [];
  const fake = { writes, refused: 0, failing: undefined as Error | undefined };
  const recordAll = async (study: string, by: { batch: string }, found: ReadonlyArray<{ hash: string }>) => {
    expect([study, by.batch]).toEqual(['study', 'batch']);
    if (fake.failing) throw fake.failing;
    if (found.length > 0) writes.push(found.map(({ hash }) => hash));
    return found.length - (found.length > 0 ? fake.refused : 0);
  };
  return Object.assign(fake, { recordAll });
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what comes within a second is recorded together, without waiting for more', async () => {
  const store = fakeStore();
  const recorder = new FeatureRecorder(store, 'study', 'batch');
  recorder.add('a', outcome);
  await vi.advanceTimersByTimeAsync(900);
  recorder.add('b', outcome);
  expect(store.writes).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(store.writes).toEqual([['a', 'b']]);
  await vi.advanceTimersByTimeAsync(5000);
  recorder.add('c', outcome);
  await vi.advanceTimersByTimeAsync(1000);
  expect(store.writes).toEqual([['a', 'b'], ['c']]);
  expect(recorder.stored).toBe(3);
});

test('flush records the rest at once, and counts what was stored', async () => {
  const store = fakeStore();
  const recorder = new FeatureRecorder(store, 'study', 'batch');
  store.refused = 1;
  recorder.add('a', outcome);
  recorder.add('b', outcome);
  await recorder.flush();
  expect(store.writes).toEqual([['a', 'b']]);
  expect(recorder.stored).toBe(1);
  await vi.advanceTimersByTimeAsync(5000);
  await recorder.flush();
  expect(store.writes).toHaveLength(1);
});

test('a write that fails is met by the next function and by flush, and nothing is written after it', async () => {
  const store = fakeStore();
  const recorder = new FeatureRecorder(store, 'study', 'batch');
  store.failing = new Error('the database is away');
  recorder.add('a', outcome);
  await vi.advanceTimersByTimeAsync(1000);
  store.failing = undefined;
  expect(() => recorder.add('b', outcome)).toThrow('the database is away');
  await expect(recorder.flush()).rejects.toThrow('the database is away');
  expect(store.writes).toEqual([]);
});
