import { AquasurfError } from '../errors.js';

/**
 * The study as its caller has it: what fails because it was closed meanwhile says so, rather than in a driver's words.
 * @param closed what to say; undefined as long as it is open
 */
export function underWayAtClose<T extends object>(study: T, closed: () => AquasurfError | undefined): T {
  const told = (error: unknown): never => {
    const reason = error instanceof AquasurfError ? undefined : closed();
    if (reason === undefined) throw error;
    reason.cause = error;
    throw reason;
  };
  return new Proxy(study, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || key === 'constructor') return value;
      return (...given: unknown[]): unknown => {
        const outcome: unknown = Reflect.apply(value, target, given);
        // What fails at closing is told as it is.
        if (outcome instanceof Promise) return key === 'close' ? outcome : outcome.catch(told);
        return isIterated(outcome) ? iterated(outcome, told) : outcome;
      };
    },
  });
}

const isIterated = (outcome: unknown): outcome is AsyncIterable<unknown> =>
  typeof outcome === 'object' && outcome !== null && Symbol.asyncIterator in outcome;

async function* iterated(values: AsyncIterable<unknown>, told: (error: unknown) => never) {
  try {
    yield* values;
  } catch (error) {
    told(error);
  }
}
