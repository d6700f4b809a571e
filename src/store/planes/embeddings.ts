import { createHash } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import type { Damage } from '../damage.js';
import { embeddingSchema } from '../document-schemas.js';
import type { EmbeddingDoc } from '../documents.js';
import { retryUpsert } from '../mongo/retry.js';
import { packVector, unpackFloat32 } from '../mongo/vectors.js';

/** The plane of a study: row i of `points` (x, y in turn) belongs to `hashes[i]`. */
export interface Embedding {
  /** Number of defined Fisher features that it was fitted on. */
  version: number;
  hashes: string[];
  points: Float32Array;
  /** Of one to which functions were added since it was fitted: they come last. */
  base?: { fit: string; functions: number };
}

/** Points in one document: about 5 MB. */
const CHUNK = 100_000;
/** Versions that stay, so that a reader who is in the middle of the last but one can finish. */
const KEPT = 2;

/** `embeddings`: written by the surrogate's job, read by every suggestion. */
export class Embeddings {
  private readonly collection: Collection<EmbeddingDoc>;

  constructor(
    database: Db,
    private readonly damage: Damage,
  ) {
    this.collection = database.collection('embeddings');
  }

  /**
   * Stores an embedding and prunes older ones. Chunk 0 goes last: until then `latest` gives the one before.
   * @param chunkSize points in a document; tests make it small
   * @returns the name of this fit
   */
  async put(study: string, embedding: Embedding, chunkSize = CHUNK): Promise<string> {
    const { version, hashes, points, base } = embedding;
    if (points.length !== 2 * hashes.length) {
      throw new RangeError(`an embedding of ${hashes.length} functions needs ${2 * hashes.length} coordinates`);
    }
    const packed = packVector(points);
    const digest = createHash('sha256').update(hashes.join()).update(packed.value()).digest('hex');
    const fit = digest.slice(0, 12);
    const chunks = Math.max(1, Math.ceil(hashes.length / chunkSize));
    for (let chunk = chunks - 1; chunk >= 0; chunk -= 1) {
      const [from, to] = [chunk * chunkSize, (chunk + 1) * chunkSize];
      const fields = {
        study,
        version,
        fit,
        chunk,
        chunks,
        hashes: hashes.slice(from, to),
        points: packVector(points.subarray(2 * from, 2 * to)),
        ...(base ? { base } : {}),
      };
      await retryUpsert(() =>
        this.collection.updateOne(
          { _id: `${study}:${version}:${fit}:${chunk}` },
          { $setOnInsert: fields, $currentDate: { createdAt: true } },
          { upsert: true },
        ),
      );
    }
    await this.prune(study);
    return fit;
  }

  /** The complete embedding of the highest version; of several fits of that version, the one stored last. */
  async latest(study: string): Promise<Embedding | null> {
    return (await this.latestWithFit(study))?.embedding ?? null;
  }

  /** The same with the name of its fit. */
  async latestWithFit(study: string): Promise<{ embedding: Embedding; fit: string } | null> {
    for (;;) {
      const [head] = await this.heads(study, 1);
      if (!head) return null;
      const { version, fit } = head;
      const chunks = await this.collection.find({ study, version, fit }).sort({ chunk: 1 }).toArray();
      const sound = this.damage.sound('embeddings', embeddingSchema, chunks);
      if (sound.length === head.chunks) return { embedding: joined(version, chunks), fit };
      // It was pruned while it was read, so there is a newer one; or it is damaged, and is fitted again when it is gone.
      const [newest] = await this.heads(study, 1);
      if (newest?.fit === fit && newest.version === version) await this.collection.deleteMany({ study, version, fit });
    }
  }

  /** Names the embedding that `latest` gives: the same text, the same embedding. */
  async latestFit(study: string): Promise<string | null> {
    const [head] = await this.heads(study, 1);
    return head ? `${head.version}:${head.fit}` : null;
  }

  async latestVersion(study: string): Promise<number | null> {
    return (await this.heads(study, 1))[0]?.version ?? null;
  }

  /** Numbers of functions in the newest embedding, and of those that were in its fit; null where there is none. */
  async latestCounts(study: string): Promise<{ version: number; fitted: number } | null> {
    const [head] = await this.heads(study, 1);
    return head ? { version: head.version, fitted: head.base?.functions ?? head.version } : null;
  }

  /** Forgets all embeddings, when features are computed from scratch: versions of the old ones would look newer. */
  async clear(study: string): Promise<void> {
    await this.collection.deleteMany({ study });
  }

  private async prune(study: string): Promise<void> {
    const heads = await this.heads(study, 50);
    const versions = [...new Set(heads.map(({ version }) => version))];
    const oldest = versions[KEPT - 1];
    if (oldest !== undefined) await this.collection.deleteMany({ study, version: { $lt: oldest } });
  }

  /** First chunks, newest first: one for each complete fit. */
  private heads(study: string, limit: number) {
    return this.collection
      .find({ study, chunk: 0 })
      .sort({ version: -1, createdAt: -1 })
      .limit(limit)
      .project<Pick<EmbeddingDoc, 'version' | 'fit' | 'chunks' | 'base'>>({ version: 1, fit: 1, chunks: 1, base: 1 })
      .toArray();
  }
}

function joined(version: number, chunks: readonly EmbeddingDoc[]): Embedding {
  const hashes = chunks.flatMap((chunk) => chunk.hashes);
  const points = new Float32Array(2 * hashes.length);
  let offset = 0;
  for (const chunk of chunks) {
    const part = unpackFloat32(chunk.points);
    points.set(part, offset);
    offset += part.length;
  }
  const base = chunks[0]?.base;
  return { version, hashes, points, ...(base ? { base } : {}) };
}
