import { SeededRandom } from '../../domain/random/seeded-random.js';

/**
 * Disjoint random subsets of examples, each with the same number of every class, in random order.
 * @param byClass for each class, the indices of its examples
 * @param sizes of the subsets, multiples of the number of classes
 * @returns for each subset its indices
 */
export function stratifiedSplit(byClass: readonly (readonly number[])[], sizes: readonly number[], seed: number) {
  const random = new SeededRandom(`split ${seed}`);
  const shuffled = byClass.map((indices) => random.shuffle(indices));
  let from = 0;
  return sizes.map((size) => {
    const perClass = size / byClass.length;
    if (!Number.isInteger(perClass) || shuffled.some((indices) => indices.length < from + perClass)) {
      const least = Math.min(...shuffled.map((indices) => indices.length)) - from;
      throw new RangeError(`cannot take ${size} examples of ${byClass.length} classes with ${least} left in each`);
    }
    const chosen = shuffled.flatMap((indices) => indices.slice(from, from + perClass));
    from += perClass;
    return random.shuffle(chosen);
  });
}
