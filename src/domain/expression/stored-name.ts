import type { FunctionBatch } from '../enumeration/function-batch.js';
import { operatorSetId } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';
import { isOwnRank, rankOf } from './rank.js';

/*
 * Names in the database. Those of built-in operators are shared by all studies; one that uses an operator of one's own
 * is kept apart by its set, as `set@version/name`, because two people's foo(x) may differ (docs/operators.md).
 */

/** The name under which the database keeps a function. */
function storedName(name: string, set: OperatorSet): string {
  return usesOwn(name, set) ? `${operatorSetId(set)}/${name}` : name;
}

/** Whether the name applies operators of the set's own. */
export function usesOwn(name: string, { own }: OperatorSet): boolean {
  if (!own) return false;
  for (const [operator] of name.matchAll(/[a-z0-9_]+(?=\()/g)) if (own.has(operator)) return true;
  return false;
}

/**
 * The name that studies over the set `setId` (e.g. `mine@1`) write and read, where they can read it.
 * @returns undefined for a name of another set's own operators
 */
export function readableName(stored: string, setId: string): string | undefined {
  const slash = stored.indexOf('/');
  if (slash < 0) return stored;
  return stored.slice(0, slash) === setId ? stored.slice(slash + 1) : undefined;
}

/** The rank of a stored name. */
export function storedRank(stored: string): string {
  return rankOf(stored, stored.split('(').length - 1);
}

/** A batch of a set of one's own as the database keeps it. */
export function storedBatch(batch: FunctionBatch, set: OperatorSet): FunctionBatch {
  const names = batch.names.map((name) => storedName(name, set));
  const ranks: string[] = [];
  names.forEach((name, i) => {
    const place = batch.classOf[i]!;
    const rank = storedRank(name);
    const smallest = ranks[place];
    if (smallest === undefined || rank < smallest) ranks[place] = rank;
  });
  // Where one of the names can be read without the module, its outputs can be computed again from it.
  const outputs = batch.outputs?.map((vector, place) => (isOwnRank(ranks[place]!) ? vector : undefined));
  return { ...batch, names, ranks, ...(outputs ? { outputs } : {}) };
}
