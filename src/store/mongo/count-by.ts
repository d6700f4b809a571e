import type { Collection, Document, Filter } from 'mongodb';

/** How many documents there are with each value of a field that is text, most frequent first; those without it under `otherwise`. */
export async function countBy<T extends Document>(
  collection: Collection<T>,
  filter: Filter<T>,
  field: string,
  otherwise: string,
): Promise<Map<string, number>> {
  const groups = await collection
    .aggregate<{ _id: string | null; count: number }>([
      { $match: filter },
      { $group: { _id: `$${field}`, count: { $sum: 1 } } },
    ])
    .toArray();
  groups.sort((a, b) => b.count - a.count || (String(a._id) < String(b._id) ? -1 : 1));
  return new Map(groups.map(({ _id, count }) => [_id ?? otherwise, count]));
}
