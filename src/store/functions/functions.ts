import type { Collection, Db } from 'mongodb';
import type { FunctionBatch } from '../../domain/enumeration/function-batch.js';
import { ExpressionError } from '../../domain/expression/expression-error.js';
import { nameOfRank } from '../../domain/expression/rank.js';
import { outputFeatures } from '../../domain/features/output-features.js';
import type { Damage } from '../damage.js';
import { functionSchema } from '../document-schemas.js';
import type { AliasDoc, FunctionDoc } from '../documents.js';
import { unpackFloat32 } from '../mongo/vectors.js';
import { Members } from './members.js';
import { RememberedRanks } from './remembered-ranks.js';
import { storeAliases, storeFunctions } from './store-functions.js';

const READ_BATCH = 1000;

/** `functions` and `aliases`: one document for each canonical hash and one for each name, shared by all studies. */
export class Functions {
  private readonly functions: Collection<FunctionDoc>;
  private readonly aliasDocs: Collection<AliasDoc>;
  private readonly members: Members;
  private readonly known = new RememberedRanks();
  /** A function that was stored after all that are remembered. */
  private lastStored: string | undefined;
  /** Ranges whose functions are stored, one after the other: each then knows those of the ranges before. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Db,
    private readonly damage: Damage,
  ) {
    this.functions = database.collection('functions');
    this.aliasDocs = database.collection('aliases');
    this.members = new Members(database, damage);
  }

  /**
   * Stores functions of a space, then their names, then that they belong to it: whoever finds a name finds its function.
   * Written twice, or by several writers at once in any order, the outcome is the same. Ranges of a space must not
   * overlap: the names of each are counted.
   */
  async storeRange(space: string, batch: FunctionBatch): Promise<void> {
    const mine = this.turn.then(() => this.storeFunctions(batch));
    this.turn = mine.catch(() => {});
    await mine;
    await storeAliases(this.database, space, batch);
    await this.members.add(space, batch);
  }

  private async storeFunctions(batch: FunctionBatch): Promise<void> {
    // Somebody may have dropped the database, or brought back an older one.
    if (this.lastStored !== undefined && !(await this.get(this.lastStored))) this.known.forget();
    await storeFunctions(this.database, batch, this.known);
    this.lastStored = batch.hashes.reduce((last, hash) => (hash > last ? hash : last), '');
  }

  async get(hash: string): Promise<FunctionDoc | null> {
    return this.functions.findOne({ _id: hash });
  }

  /** The function that has this name (white space removed, as `formatExpression` prints it), whatever represents it. */
  async findByName(name: string): Promise<FunctionDoc | null> {
    const alias = await this.aliasDocs.findOne({ _id: name });
    return alias && this.get(alias.hash);
  }

  /** Names of a function in the database, in the order of their text. */
  async aliases(hash: string, limit: number): Promise<string[]> {
    const found = await this.aliasDocs.find({ hash }).sort({ _id: 1 }).limit(limit).toArray();
    return found.map(({ _id }) => _id);
  }

  /** How many names of a function the database has. */
  async countNames(hash: string): Promise<number> {
    return this.aliasDocs.countDocuments({ hash });
  }

  /** Names of a function that begin so, e.g. with `mine@1/`. Few: only names that use operators of one's own do. */
  async aliasesWith(hash: string, prefix: string): Promise<string[]> {
    const found = await this.aliasDocs.find({ hash, _id: { $gte: prefix, $lt: `${prefix}\u{10ffff}` } }).toArray();
    return found.map(({ _id }) => _id);
  }

  /** Number of names in the spaces: those of each, less those that several of them share. */
  async countAliases(spaces: readonly string[]): Promise<number> {
    const [found] = await this.aliasDocs
      .aggregate<{ repeated: number }>([
        { $match: { shared: true } },
        { $project: { times: { $size: { $setIntersection: ['$spaces', [...spaces]] } } } },
        { $match: { times: { $gt: 1 } } },
        { $group: { _id: null, repeated: { $sum: { $subtract: ['$times', 1] } } } },
      ])
      .toArray();
    return (await this.members.countNames(spaces)) - (found?.repeated ?? 0);
  }

  /** Number of functions in the spaces, those that are not usable included. */
  async countUnique(spaces: readonly string[]): Promise<number> {
    return this.members.countUnique(spaces);
  }

  /** Whether the function is in one of the spaces, under any of its names. */
  async isIn(spaces: readonly string[], hash: string): Promise<boolean> {
    return this.members.contains(spaces, hash);
  }

  /** Hashes of functions in the spaces in the order of their digits, a page at a time: go on with `after` the last. */
  async hashesFrom(
    spaces: readonly string[],
    options: { usable?: boolean; after?: string; limit: number },
  ): Promise<string[]> {
    return this.members.hashesFrom(spaces, options);
  }

  /** Outputs on the 1,000 samples by hash; unknown hashes are left out. Computed from the name, 0.1 ms each. */
  async outputs(hashes: readonly string[]): Promise<Map<string, Float32Array>> {
    const outputs = new Map<string, Float32Array>();
    for await (const found of this.byHash(hashes, { rank: 1, outputs: 1 })) {
      const own = found.outputs ? unpackFloat32(found.outputs) : this.outputsOf(found);
      if (own) outputs.set(found._id, own);
    }
    return outputs;
  }

  /** Representative names by hash; unknown hashes are left out. */
  async names(hashes: readonly string[]): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    for await (const { _id, rank } of this.byHash(hashes, { rank: 1 })) names.set(_id, nameOfRank(rank));
    return names;
  }

  private async *byHash(hashes: readonly string[], projection: Partial<Record<keyof FunctionDoc, 1>>) {
    for (let start = 0; start < hashes.length; start += READ_BATCH) {
      const _id = { $in: hashes.slice(start, start + READ_BATCH) };
      for await (const found of this.functions.find({ _id }, { projection })) {
        if (this.damage.isSound('functions', functionSchema, found)) yield found;
      }
    }
  }

  /** Undefined where its name is none that can be read. */
  private outputsOf({ _id, rank }: FunctionDoc): Float32Array | undefined {
    try {
      return outputFeatures(nameOfRank(rank));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.damage.found('functions', _id, error);
      return undefined;
    }
  }
}
