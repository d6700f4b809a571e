import { describe, expect, it } from 'vitest';
import { embeddingIsStale } from '../../../src/domain/surrogate/embedding-staleness.js';

const stale = (fitted: number, available: number, owed: number) => embeddingIsStale({ fitted, available, owed });

describe('the embedding', () => {
  it('is never stale without functions', () => {
    expect(stale(0, 0, 0)).toBe(false);
    expect(stale(0, 0, 9)).toBe(false);
  });

  it('is first fitted when all ordered features have come, or 32', () => {
    expect(stale(0, 1, 0)).toBe(true);
    expect(stale(0, 31, 1)).toBe(false);
    expect(stale(0, 32, 1)).toBe(true);
  });

  it('is fitted again for any new function when no more are to come', () => {
    expect(stale(50, 50, 0)).toBe(false);
    expect(stale(50, 51, 0)).toBe(true);
  });

  it('is fitted again while more are to come for a tenth more, at least 16', () => {
    expect([stale(32, 47, 1), stale(32, 48, 1)]).toEqual([false, true]);
    expect([stale(200, 219, 1), stale(200, 220, 1)]).toEqual([false, true]);
    expect([stale(201, 221, 1), stale(201, 222, 1)]).toEqual([false, true]);
  });
});
