import type { Collection, Db } from 'mongodb';
import { nameOfRank } from '../domain/rank.js';
import type { AliasDoc, FunctionDoc } from './documents.js';
import { insertMissing } from './insert-missing.js';
import { retryConflicts } from './retry.js';
import { packVector, unpackFloat32 } from './vectors.js';

/** One name of one function, as a job computed it. */
export interface FunctionRecord {
  /** As `formatExpression` prints it. */
  name: string;
  /** Canonical hash of the outputs. */
  hash: string;
  /** The name's rank: the smallest one names the function. */
  rank: string;
  outputs: Float32Array;
  usable: boolean;
}

const READ_BATCH = 1000;

/** `functions` and `aliases`: one document for each canonical hash and one for each name, shared by all studies. */
export class Functions {
  private readonly functions: Collection<FunctionDoc>;
  private readonly aliasDocs: Collection<AliasDoc>;

  constructor(database: Db) {
    this.functions = database.collection('functions');
    this.aliasDocs = database.collection('aliases');
  }

  /**
   * Stores functions of a space, then their names: whoever finds a name finds its function. Written twice, or by
   * several writers at once in any order, the outcome is the same ($min and $addToSet commute).
   */
  async storeRange(space: string, records: readonly FunctionRecord[]): Promise<void> {
    const functions = new Map<string, FunctionDoc>();
    const aliases = new Map<string, AliasDoc>();
    for (const { name, hash, rank, outputs, usable } of records) {
      const known = functions.get(hash);
      if (!known) functions.set(hash, { _id: hash, rank, outputs: packVector(outputs), usable, spaces: [space] });
      else if (rank < known.rank) known.rank = rank;
      aliases.set(name, { _id: name, hash, spaces: [space] });
    }
    const known = await insertMissing(this.functions, [...functions.values()]);
    if (known.length > 0) {
      await retryConflicts(() =>
        this.functions.bulkWrite(
          known.map(({ _id, rank }) => ({
            updateOne: { filter: { _id }, update: { $min: { rank }, $addToSet: { spaces: space } } },
          })),
          { ordered: false },
        ),
      );
    }
    const knownNames = await insertMissing(this.aliasDocs, [...aliases.values()]);
    if (knownNames.length > 0) {
      await retryConflicts(() =>
        this.aliasDocs.bulkWrite(
          knownNames.map(({ _id, hash }) => ({
            updateOne: { filter: { _id }, update: { $set: { hash }, $addToSet: { spaces: space } } },
          })),
          { ordered: false },
        ),
      );
    }
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

  /** Number of names in the spaces. */
  async countAliases(spaces: readonly string[]): Promise<number> {
    return this.aliasDocs.countDocuments({ spaces: { $in: [...spaces] } });
  }

  /** Number of functions in the spaces, those that are not usable included. */
  async countUnique(spaces: readonly string[]): Promise<number> {
    return this.functions.countDocuments({ spaces: { $in: [...spaces] } });
  }

  /** Hashes of functions in the spaces in the order of their digits, a page at a time: go on with `after` the last. */
  async hashesFrom(
    spaces: readonly string[],
    options: { usable?: boolean; after?: string; limit: number },
  ): Promise<string[]> {
    const found = await this.functions
      .find({
        spaces: { $in: [...spaces] },
        ...(options.usable === undefined ? {} : { usable: options.usable }),
        ...(options.after === undefined ? {} : { _id: { $gt: options.after } }),
      })
      .project<{ _id: string }>({ _id: 1 })
      .sort({ _id: 1 })
      .limit(options.limit)
      .toArray();
    return found.map(({ _id }) => _id);
  }

  /** Outputs on the 1,000 samples by hash; unknown hashes are left out. */
  async outputs(hashes: readonly string[]): Promise<Map<string, Float32Array>> {
    const outputs = new Map<string, Float32Array>();
    for await (const found of this.byHash(hashes, { outputs: 1 })) {
      outputs.set(found._id, unpackFloat32(found.outputs));
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
      yield* this.functions.find({ _id }, { projection });
    }
  }
}
