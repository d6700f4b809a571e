import { createHash } from 'node:crypto';
import { Binary, type Collection, type Db } from 'mongodb';
import type { FunctionBatch } from '../../domain/enumeration/function-batch.js';
import type { Damage } from '../damage.js';
import { membersSchema } from '../document-schemas.js';
import type { MembersDoc } from '../documents.js';
import { insertMissing } from '../mongo/insert-missing.js';

const HASH_BYTES = 16;
const DIGITS = [...'0123456789abcdef'];

/**
 * `members`: which functions belong to which space, packed. A field of the functions' own documents would need an index
 * over it and an update for every function that several spaces share, which doubles the time of populating
 * (docs/search-space.md); packed, the standard space takes 8 MB and some 500 inserts.
 */
export class Members {
  private readonly members: Collection<MembersDoc>;

  constructor(
    database: Db,
    private readonly damage: Damage,
  ) {
    this.members = database.collection('members');
  }

  /** To be called when the functions are stored: whoever finds a member finds its function. */
  async add(space: string, batch: FunctionBatch): Promise<void> {
    await insertMissing(this.members, membersOf(space, batch));
  }

  /** Names that the ranges of the spaces have brought, those in several spaces counted in each. */
  async countNames(spaces: readonly string[]): Promise<number> {
    const [found] = await this.members
      .aggregate<{ names: number }>([
        { $match: { space: { $in: [...spaces] } } },
        { $group: { _id: null, names: { $sum: '$names' } } },
      ])
      .toArray();
    return found?.names ?? 0;
  }

  /** Number of different functions. */
  async countUnique(spaces: readonly string[]): Promise<number> {
    let count = 0;
    for (const digit of DIGITS) count += (await this.hashes(spaces, digit)).size;
    return count;
  }

  /** Hashes in the order of their digits, beginning behind `after`. */
  async hashesFrom(
    spaces: readonly string[],
    options: { usable?: boolean; after?: string; limit: number },
  ): Promise<string[]> {
    const { after = '', usable, limit } = options;
    const page: string[] = [];
    for (const digit of DIGITS.slice(after === '' ? 0 : Number.parseInt(after.charAt(0), 16))) {
      const hashes = [...(await this.hashes(spaces, digit, usable))].filter((hash) => hash > after);
      page.push(...hashes.sort().slice(0, limit - page.length));
      if (page.length >= limit) break;
    }
    return page;
  }

  async contains(spaces: readonly string[], hash: string): Promise<boolean> {
    return (await this.hashes(spaces, hash.charAt(0))).has(hash);
  }

  private async hashes(spaces: readonly string[], digit: string, usable?: boolean): Promise<Set<string>> {
    const hashes = new Set<string>();
    const fields = usable === undefined ? ['usable' as const, 'unusable' as const] : [usable ? 'usable' : 'unusable'];
    const projection = Object.fromEntries(fields.map((field) => [field, 1]));
    for await (const found of this.members.find({ space: { $in: [...spaces] }, digit }, { projection })) {
      if (!this.damage.isSound('members', membersSchema, found)) continue;
      for (const field of fields) unpack(found[field as 'usable' | 'unusable'], hashes);
    }
    return hashes;
  }
}

function membersOf(space: string, batch: FunctionBatch): MembersDoc[] {
  const packs = DIGITS.map(() => ({ names: 0, usable: [] as string[], unusable: [] as string[] }));
  const packOf = batch.hashes.map((hash) => packs[Number.parseInt(hash.charAt(0), 16)]!);
  batch.hashes.forEach((hash, place) => {
    packOf[place]![batch.usable[place] ? 'usable' : 'unusable'].push(hash);
  });
  for (const place of batch.classOf) packOf[place]!.names++;
  return packs.flatMap(({ names, ...hashes }, i) => {
    if (names === 0) return [];
    const digit = DIGITS[i]!;
    const usable = Buffer.from(hashes.usable.sort().join(''), 'hex');
    const unusable = Buffer.from(hashes.unusable.sort().join(''), 'hex');
    const digest = createHash('sha256').update(`${space}:${digit}:${names}:${usable.length}:`);
    digest.update(usable).update(unusable);
    return {
      _id: digest.digest('hex').slice(0, 32),
      space,
      digit,
      names,
      usable: new Binary(usable),
      unusable: new Binary(unusable),
    };
  });
}

function unpack(binary: Binary, hashes: Set<string>): void {
  const digits = Buffer.from(binary.value()).toString('hex');
  for (let i = 0; i < digits.length; i += 2 * HASH_BYTES) hashes.add(digits.slice(i, i + 2 * HASH_BYTES));
}
