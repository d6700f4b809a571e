import type { Collection, Db } from 'mongodb';
import type { Damage } from '../damage.js';
import { rangeSchema, spaceSchema } from '../document-schemas.js';
import type { RangeDoc, SpaceDoc } from '../documents.js';
import { insertMissing } from '../mongo/insert-missing.js';
import { retryConflicts, retryUpsert } from '../mongo/retry.js';

/** `spaces` and `ranges`: ordered lists of functions that studies share, and how far their outputs are computed. */
export class Spaces {
  private readonly spaces: Collection<SpaceDoc>;
  private readonly ranges: Collection<RangeDoc>;

  constructor(
    database: Db,
    private readonly damage: Damage,
  ) {
    this.spaces = database.collection('spaces');
    this.ranges = database.collection('ranges');
  }

  /** Stores a space that is not there yet; one that is keeps its generation and state. */
  async put(space: SpaceDoc): Promise<void> {
    const { _id, ...fields } = space;
    await retryUpsert(() => this.spaces.updateOne({ _id }, { $setOnInsert: fields }, { upsert: true }));
  }

  async get(id: string): Promise<SpaceDoc | null> {
    return this.spaces.findOne({ _id: id });
  }

  /** Those that exist, in the order of `ids`. */
  async getMany(ids: readonly string[]): Promise<SpaceDoc[]> {
    const found = this.damage.sound(
      'spaces',
      spaceSchema,
      await this.spaces.find({ _id: { $in: [...ids] } }).toArray(),
    );
    const byId = new Map(found.map((space) => [space._id, space]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** Records that the functions of these spaces are wanted: their expansion is owed from now on. */
  async want(ids: readonly string[]): Promise<void> {
    const known = { _id: { $in: [...ids] }, state: 'known' as const };
    await retryConflicts(() => this.spaces.updateMany(known, { $set: { state: 'wanted' } }));
  }

  /** Spaces whose expansion is owed: wanted, and their ranges not all written down yet. */
  async unexpanded(ids: readonly string[]): Promise<SpaceDoc[]> {
    const found = await this.spaces.find({ _id: { $in: [...ids] }, state: 'wanted' }).toArray();
    return this.damage.sound('spaces', spaceSchema, found);
  }

  async countExpanded(ids: readonly string[]): Promise<number> {
    return this.spaces.countDocuments({ _id: { $in: [...ids] }, state: 'expanded' });
  }

  /**
   * Asks for the expansion again under a new job id.
   * @param seen raise it only if it still is this, so that of several reconcilers one does
   * @returns the present generation; undefined for an unknown space
   */
  async raiseGeneration(id: string, seen?: number): Promise<number | undefined> {
    const filter = seen === undefined ? { _id: id } : { _id: id, generation: seen };
    await retryConflicts(() => this.spaces.updateOne(filter, { $inc: { generation: 1 } }));
    return (await this.get(id))?.generation;
  }

  async markExpanded(id: string): Promise<void> {
    await retryConflicts(() => this.spaces.updateOne({ _id: id }, { $set: { state: 'expanded' } }));
  }

  /** Writes down the ranges that are not there yet; those that are keep their state. */
  async ensureRanges(ranges: ReadonlyArray<Pick<RangeDoc, 'space' | 'from' | 'to'>>): Promise<void> {
    const documents = ranges.map(({ space, from, to }) => ({
      _id: rangeId({ space, from, to }),
      space,
      from,
      to,
      done: false,
      generation: 0,
    }));
    await insertMissing(this.ranges, documents);
  }

  async owedRanges(spaces: readonly string[], limit: number): Promise<RangeDoc[]> {
    const owed = { space: { $in: [...spaces] }, done: false };
    return this.damage.sound('ranges', rangeSchema, await this.ranges.find(owed).limit(limit).toArray());
  }

  async getRange(id: string): Promise<RangeDoc | null> {
    return this.ranges.findOne({ _id: id });
  }

  /** To be called when the range's functions and their aliases are stored. */
  async markRangeDone(id: string): Promise<void> {
    await retryConflicts(() => this.ranges.updateOne({ _id: id }, { $set: { done: true } }));
  }

  /** As `raiseGeneration`, for one range. */
  async raiseRangeGeneration(id: string, seen: number): Promise<number | undefined> {
    await retryConflicts(() => this.ranges.updateOne({ _id: id, generation: seen }, { $inc: { generation: 1 } }));
    return (await this.getRange(id))?.generation;
  }

  async progress(spaces: readonly string[]): Promise<{ ranges: number; done: number }> {
    const filter = { space: { $in: [...spaces] } };
    // Counted first, so that `done` never exceeds `ranges` while they grow.
    const done = await this.ranges.countDocuments({ ...filter, done: true });
    return { ranges: await this.ranges.countDocuments(filter), done };
  }
}

export function rangeId({ space, from, to }: Pick<RangeDoc, 'space' | 'from' | 'to'>): string {
  return `${space}-${from}-${to}`;
}
