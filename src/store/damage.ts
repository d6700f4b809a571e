import type { Db, Filter } from 'mongodb';
import type { z } from 'zod';
import type { AquasurfError } from '../errors.js';
import {
  checkedDocument,
  embeddingHeadSchema,
  rangeSchema,
  retrainingSchema,
  runSchema,
  spaceSchema,
  wholeTrialSchema,
} from './document-schemas.js';
import type { StudyDoc } from './documents.js';

/** A document of any collection, with the fields that were read. */
interface Read {
  _id: string;
}

/** Documents that are remembered as told; beyond it they are told again. */
const REMEMBERED = 10_000;

/**
 * Documents that are malformed: somebody edited them, or a disk or an older version damaged them. One of them shall not
 * stop the work on all others: readers leave it out, and it is told, once.
 */
export class Damage {
  private readonly told = new Set<string>();
  private tell: (damage: AquasurfError) => void = () => {};

  constructor(private readonly database: Db) {}

  /** Whom to tell of what is found from now on: a log, or a person. */
  onFound(tell: (damage: AquasurfError) => void): void {
    this.tell = tell;
  }

  /** Those of the documents that have the shape; the others are told. */
  sound<T extends Read>(collection: string, schema: z.ZodType, documents: readonly T[]): T[] {
    return documents.filter((document) => this.isSound(collection, schema, document));
  }

  isSound(collection: string, schema: z.ZodType, document: Read): boolean {
    const damage = damageOf(collection, schema, document);
    if (damage) this.found(collection, document._id, damage);
    return damage === undefined;
  }

  found(collection: string, id: unknown, damage: AquasurfError): void {
    const key = `${collection} ${String(id)}`;
    if (this.told.has(key)) return;
    if (this.told.size >= REMEMBERED) this.told.clear();
    this.told.add(key);
    this.tell(damage);
  }

  /** What is wrong with the documents of a study, the first so many of each collection. */
  async ofStudy({ _id: study, spaces }: Pick<StudyDoc, '_id' | 'spaces'>, limit: number): Promise<AquasurfError[]> {
    const places: Array<[collection: string, schema: z.ZodType, filter: Filter<Read>, without: Record<string, 0>]> = [
      ['trials', wholeTrialSchema, { study } as Filter<Read>, { 'fisher.features': 0 }],
      ['runs', runSchema, { study } as Filter<Read>, { history: 0 }],
      ['retrainings', retrainingSchema, { study } as Filter<Read>, {}],
      ['embeddings', embeddingHeadSchema, { study, chunk: 0 } as Filter<Read>, { points: 0, hashes: 0 }],
      ['spaces', spaceSchema, { _id: { $in: [...spaces] } }, {}],
      ['ranges', rangeSchema, { space: { $in: [...spaces] } } as Filter<Read>, {}],
    ];
    const found: AquasurfError[] = [];
    for (const [collection, schema, filter, projection] of places) {
      let count = 0;
      for await (const document of this.database.collection<Read>(collection).find(filter, { projection })) {
        const damage = damageOf(collection, schema, document);
        if (damage === undefined) continue;
        found.push(damage);
        if (++count >= limit) break;
      }
    }
    return found;
  }
}

function damageOf(collection: string, schema: z.ZodType, document: Read): AquasurfError | undefined {
  try {
    checkedDocument(collection, schema, document);
    return undefined;
  } catch (error) {
    return error as AquasurfError;
  }
}
