import { describe, expect, it } from 'vitest';
import { embeddingIsStale, planeIsOutgrown } from '../../../src/domain/surrogate/embedding/embedding-staleness.js';

const stale = (placed: number, available: number, owed: number, fitted = placed) =>
  embeddingIsStale({ fitted, placed, available, owed });

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

  it('takes up any new function when no more are to come', () => {
    expect(stale(50, 50, 0)).toBe(false);
    expect(stale(50, 51, 0)).toBe(true);
  });

  it('takes up new functions while more are to come when they are a fiftieth, at least 16', () => {
    expect([stale(32, 47, 1), stale(32, 48, 1)]).toEqual([false, true]);
    expect([stale(1000, 1019, 1), stale(1000, 1020, 1)]).toEqual([false, true]);
  });

  it('is fitted anew when a tenth was only placed', () => {
    expect(planeIsOutgrown({ fitted: 5000, available: 5499 })).toBe(false);
    expect(planeIsOutgrown({ fitted: 5000, available: 5500 })).toBe(true);
    expect(planeIsOutgrown({ fitted: 0, available: 1 })).toBe(true);
    // All are in the plane, but the fit that they called for was lost.
    expect([stale(5499, 5499, 0, 5000), stale(5500, 5500, 0, 5000)]).toEqual([false, true]);
  });
});
