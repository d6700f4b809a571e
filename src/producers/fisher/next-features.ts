import { parseExpression } from '../../domain/expression/expression.js';
import { canonicalHash } from '../../domain/features/canonical-hash.js';
import { outputFeatures } from '../../domain/features/output-features.js';
import { operatorSet } from '../../domain/operators/index.js';
import { SeededRandom } from '../../domain/random/seeded-random.js';
import { FeatureScout } from '../../domain/surrogate/feature-scout.js';
import { mutate } from '../../domain/surrogate/mutate.js';
import type { StudyDoc } from '../../store/documents.js';
import type { Store } from '../../store/store.js';
import type { FinishedTrial } from '../../store/trials/trials.js';

/** Finished trials below which nothing can be predicted. */
const LEAST_TRIALS = 3;
/** Random functions without features that are looked at: their outputs take 0.1 ms each. */
const POOL = 4000;
/** So many of the best functions are mutated, so often each. */
const BEST = 10;
const CHILDREN = 60;

interface NextFeatures {
  count: number;
  /** Functions that have, owe or cannot have features. */
  known: ReadonlySet<string>;
  /** Usable functions of the study in random order, a page at a time. */
  inRandomOrder: AsyncIterable<readonly string[]>;
}

/**
 * Which functions should get Fisher features next: those that output features alone predict to be good, among random ones
 * and neighbours of the best (their mutations that are in the study), with a share of random ones. Only functions with
 * Fisher features are ever suggested, and of a million functions few can have them.
 * @returns hashes in the order in which they should be computed; undefined with fewer than 3 finished trials
 */
export async function nextForFeatures(
  store: Store,
  study: StudyDoc,
  { count, known, inRandomOrder }: NextFeatures,
): Promise<string[] | undefined> {
  const finished = (await store.trials.finished(study._id)).filter(({ result }) => Number.isFinite(metricOf(result)));
  if (finished.length < LEAST_TRIALS) return undefined;
  const random = new SeededRandom(`next features ${study.seed} ${known.size} ${finished.length}`);

  const pool = new Set(await neighbours(store, study, finished, random));
  for (const hash of pool) if (known.has(hash)) pool.delete(hash);
  const wanted = pool.size + Math.max(POOL, 2 * count);
  for await (const page of inRandomOrder) {
    for (const hash of page) if (pool.size < wanted && !known.has(hash)) pool.add(hash);
    if (pool.size >= wanted) break;
  }
  const outputs = await store.functions.outputs([...pool]);
  const candidates = [...pool].filter((hash) => outputs.has(hash));
  const scout = new FeatureScout(candidates.map((hash) => outputs.get(hash)!));
  const ofFinished = await store.functions.outputs(finished.map(({ hash }) => hash));
  for (const { hash, result } of finished) {
    const known = ofFinished.get(hash);
    if (known) scout.learn(known, metricOf(result));
  }
  const indices = candidates.map((_, i) => i);
  return scout.choose(indices, count, random).map((i) => candidates[i]!);

  function metricOf(result: FinishedTrial['result']): number {
    return (study.direction === 'max' ? 1 : -1) * (result[study.metric] ?? Number.NaN);
  }
}

/** Usable functions of the study that are a mutation away from its best; none with operators of one's own. */
async function neighbours(
  store: Store,
  study: StudyDoc,
  finished: readonly FinishedTrial[],
  random: SeededRandom,
): Promise<string[]> {
  if (study.operatorSource !== undefined) return [];
  const operators = operatorSet(study.operators);
  const sign = study.direction === 'max' ? -1 : 1;
  const ranked = finished.toSorted((a, b) => sign * (a.result[study.metric]! - b.result[study.metric]!));
  const hashes = new Set<string>();
  for (const { fn } of ranked.slice(0, BEST)) {
    if (fn === null) continue;
    const parent = parseExpression(fn);
    for (let child = 0; child < CHILDREN; child++) {
      hashes.add(canonicalHash(outputFeatures(mutate(parent, operators, random))));
    }
  }
  const there = [...(await store.functions.names([...hashes])).keys()];
  const usable = await Promise.all(
    there.map(async (hash) => {
      const [inStudy, found] = await Promise.all([store.functions.isIn(study.spaces, hash), store.functions.get(hash)]);
      return inStudy && found?.usable ? [hash] : [];
    }),
  );
  return usable.flat();
}
