import type { Points } from '../domain/surrogate/points.js';
import type { Embeddings } from './embeddings.js';

/** An embedding as a search reads it: rows in the order of their hashes. */
export interface Plane {
  hashes: readonly string[];
  points: Points;
  /** Row of each hash. */
  rowOf: ReadonlyMap<string, number>;
}

/** Studies whose planes stay in memory. */
const KEPT = 4;

/**
 * The newest planes of the studies that this process works on. A plane never changes under its version and fit, so that a
 * small query tells whether the one in memory is still the newest.
 */
export class Planes {
  private readonly kept = new Map<string, { fit: string; plane: Promise<Plane | null> }>();

  constructor(private readonly embeddings: Embeddings) {}

  /** The plane of the newest embedding; null where there is none. */
  async latest(study: string): Promise<Plane | null> {
    const fit = await this.embeddings.latestFit(study);
    if (fit === null) return null;
    const known = this.kept.get(study);
    if (known?.fit === fit) return known.plane;
    const plane = this.read(study);
    this.kept.delete(study);
    this.kept.set(study, { fit, plane });
    plane.catch(() => this.kept.delete(study));
    for (const name of this.kept.keys()) if (this.kept.size > KEPT) this.kept.delete(name);
    return plane;
  }

  private async read(study: string): Promise<Plane | null> {
    const embedding = await this.embeddings.latest(study);
    if (embedding === null) return null;
    const order = embedding.hashes.map((hash, i) => ({ hash, i })).sort((a, b) => (a.hash < b.hash ? -1 : 1));
    const dimensions = embedding.points.length / Math.max(1, order.length);
    const coordinates = new Float64Array(embedding.points.length);
    order.forEach(({ i }, row) => {
      coordinates.set(embedding.points.subarray(i * dimensions, (i + 1) * dimensions), row * dimensions);
    });
    const hashes = order.map(({ hash }) => hash);
    return {
      hashes,
      points: { count: hashes.length, dimensions, coordinates },
      rowOf: new Map(hashes.map((hash, row) => [hash, row])),
    };
  }
}
