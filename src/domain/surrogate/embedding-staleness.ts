/** Numbers of functions of a study. */
export interface EmbeddingCounts {
  /** In the stored embedding; 0 if there is none. */
  readonly fitted: number;
  /** With usable outputs and defined Fisher features: what an embedding fitted now would hold. */
  readonly available: number;
  /** With Fisher features ordered and not there yet. */
  readonly owed: number;
}

/** A first embedding does not wait for all features when so many are there. */
const ENOUGH_FOR_FIRST = 32;
/** While features still come, a new fit waits for 1/10 more functions, and for 16 more at least. */
const SHARE_OF_GROWTH = 10;
const LEAST_GROWTH = 16;

/**
 * Whether the embedding should be fitted anew: when all features that were ordered have come and some are not in it, or,
 * before that, when enough have come to be worth a fit.
 */
export function embeddingIsStale({ fitted, available, owed }: EmbeddingCounts): boolean {
  if (available <= 0) return false;
  if (fitted === 0) return owed === 0 || available >= ENOUGH_FOR_FIRST;
  if (owed === 0 && available > fitted) return true;
  return available - fitted >= Math.max(LEAST_GROWTH, Math.ceil(fitted / SHARE_OF_GROWTH));
}
