/** Numbers of functions of a study. */
interface EmbeddingCounts {
  /** In the fit on which the stored embedding stands; 0 if there is none. */
  readonly fitted: number;
  /** In the stored embedding: fitted, or placed in it afterwards. */
  readonly placed: number;
  /** With usable outputs and defined Fisher features: what an embedding fitted now would hold. */
  readonly available: number;
  /** With Fisher features ordered and not there yet. */
  readonly owed: number;
}

/** A first embedding does not wait for all features when so many are there. */
const ENOUGH_FOR_FIRST = 32;
/** While features still come, placing waits for 1/50 more functions, and for 16 more at least. */
const SHARE_OF_GROWTH = 50;
const LEAST_GROWTH = 16;
/** Placed functions beyond 1/10 of the fitted ones call for a new fit. */
const SHARE_PLACED = 10;

/** Whether so many functions came since the last fit that the plane should be fitted anew. */
export const planeIsOutgrown = ({ fitted, available }: Pick<EmbeddingCounts, 'fitted' | 'available'>): boolean =>
  (available - fitted) * SHARE_PLACED >= Math.max(1, fitted);

/**
 * Whether the embedding is owed work: when all features that were ordered have come and some are not in it, or, before
 * that, when enough have come to be worth it.
 */
export function embeddingIsStale({ fitted, placed, available, owed }: EmbeddingCounts): boolean {
  if (available <= 0) return false;
  if (placed === 0) return owed === 0 || available >= ENOUGH_FOR_FIRST;
  const missing = available - placed;
  if (owed === 0) return missing > 0 || planeIsOutgrown({ fitted, available });
  return missing >= Math.max(LEAST_GROWTH, Math.ceil(placed / SHARE_OF_GROWTH));
}
