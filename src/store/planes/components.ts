import { createHash } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import type { Points } from '../../domain/surrogate/points.js';
import type { Damage } from '../damage.js';
import { componentsSchema } from '../document-schemas.js';
import type { ComponentsDoc } from '../documents.js';
import { retryUpsert } from '../mongo/retry.js';
import { packVector, unpackFloat32 } from '../mongo/vectors.js';

/** Principal components of the functions of a study: row i of `points` belongs to `hashes[i]`. */
interface StoredComponents {
  /** Number of defined Fisher features that they were computed from. */
  version: number;
  hashes: string[];
  points: Points;
}

/** Functions in one document: about 2 MB. */
const CHUNK = 20_000;

/** `components`: written by the surrogate's job for studies that choose by them, read by every suggestion. */
export class Components {
  private readonly collection: Collection<ComponentsDoc>;

  constructor(
    database: Db,
    private readonly damage: Damage,
  ) {
    this.collection = database.collection('components');
  }

  /** Stores components and forgets older ones. Chunk 0 goes last: until then `latest` gives the ones before. */
  async put(study: string, { version, hashes, points }: StoredComponents, chunkSize = CHUNK): Promise<void> {
    const { dimensions } = points;
    const coordinates = Float32Array.from(points.coordinates);
    const digest = createHash('sha256').update(hashes.join()).update(packVector(coordinates).value());
    const fit = digest.digest('hex').slice(0, 12);
    const chunks = Math.max(1, Math.ceil(hashes.length / chunkSize));
    for (let chunk = chunks - 1; chunk >= 0; chunk -= 1) {
      const [from, to] = [chunk * chunkSize, (chunk + 1) * chunkSize];
      const fields = {
        ...{ study, version, fit, chunk, chunks, dimensions },
        hashes: hashes.slice(from, to),
        coordinates: packVector(coordinates.subarray(dimensions * from, dimensions * to)),
      };
      await retryUpsert(() =>
        this.collection.updateOne({ _id: `${study}:${version}:${chunk}` }, { $set: fields }, { upsert: true }),
      );
    }
    await this.collection.deleteMany({ study, version: { $lt: version } });
  }

  /** The complete ones of the highest version; null where there are none. */
  async latest(study: string): Promise<StoredComponents | null> {
    for (;;) {
      const version = await this.latestVersion(study);
      if (version === null) return null;
      const chunks = await this.collection.find({ study, version }).sort({ chunk: 1 }).toArray();
      const sound = this.damage.sound('components', componentsSchema, chunks);
      const [head] = sound;
      if (head === undefined || sound.length !== head.chunks) {
        // They were replaced while they were read, so there are newer ones; or they are damaged, and are computed again
        // when they are gone.
        if ((await this.latestVersion(study)) === version) await this.collection.deleteMany({ study, version });
        continue;
      }
      const hashes = chunks.flatMap((chunk) => chunk.hashes);
      const coordinates = new Float32Array(hashes.length * head.dimensions);
      let offset = 0;
      for (const chunk of chunks) {
        const part = unpackFloat32(chunk.coordinates);
        coordinates.set(part, offset);
        offset += part.length;
      }
      return { version, hashes, points: { count: hashes.length, dimensions: head.dimensions, coordinates } };
    }
  }

  async latestVersion(study: string): Promise<number | null> {
    return (await this.head(study))?.version ?? null;
  }

  /** Names the components that `latest` gives: the same text, the same components. */
  async latestFit(study: string): Promise<string | null> {
    const head = await this.head(study);
    return head ? `${head.version}:${head.fit}` : null;
  }

  private async head(study: string): Promise<{ version: number; fit: string } | undefined> {
    const [head] = await this.collection
      .find({ study, chunk: 0 })
      .sort({ version: -1 })
      .limit(1)
      .project<{ version: number; fit: string }>({ version: 1, fit: 1 })
      .toArray();
    return head;
  }

  /** Forgets them, when features are computed from scratch. */
  async clear(study: string): Promise<void> {
    await this.collection.deleteMany({ study });
  }
}
