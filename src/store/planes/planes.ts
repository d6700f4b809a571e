import type { PlacesName } from '../../domain/surrogate/choices.js';
import type { Points } from '../../domain/surrogate/points.js';
import { GrowingProcess } from '../../domain/surrogate/regressors/growing-process.js';
import type { StudyDoc } from '../documents.js';
import type { Components } from './components.js';
import type { Embeddings } from './embeddings.js';

/** The places of functions as a search reads them: rows in the order of their hashes. */
export interface Plane {
  hashes: readonly string[];
  points: Points;
  /** Row of each hash. */
  rowOf: ReadonlyMap<string, number>;
  /** What a Gaussian process remembers of these places from suggestion to suggestion; empty until one is asked. */
  process: GrowingProcess;
}

/** Studies whose planes stay in memory. */
const KEPT = 4;

/**
 * The newest places of the studies that this process works on: embeddings, or components where a study chooses by them.
 * They never change under their version and fit, so that a small query tells whether those in memory are the newest.
 */
export class Planes {
  private readonly kept = new Map<string, { fit: string; plane: Promise<Plane | null> }>();

  constructor(
    private readonly embeddings: Embeddings,
    private readonly components: Components,
  ) {}

  /** Of the newest embedding or components; null where there are none. */
  async latest({ _id: study, surrogate }: Pick<StudyDoc, '_id' | 'surrogate'>): Promise<Plane | null> {
    const source = this.sourceOf(study, surrogate.places);
    const fit = await source.fit();
    if (fit === null) return null;
    const known = this.kept.get(study);
    if (known?.fit === fit) return known.plane;
    const plane = source.read();
    this.kept.delete(study);
    this.kept.set(study, { fit, plane });
    plane.catch(() => this.kept.delete(study));
    for (const name of this.kept.keys()) if (this.kept.size > KEPT) this.kept.delete(name);
    return plane;
  }

  private sourceOf(study: string, places: PlacesName) {
    switch (places) {
      case 'plane':
      case 'outputs-plane':
        return this.ofEmbedding(study);
      case 'components':
        return this.ofComponents(study);
    }
  }

  private ofEmbedding(study: string) {
    return {
      fit: () => this.embeddings.latestFit(study),
      read: async () => {
        const embedding = await this.embeddings.latest(study);
        if (embedding === null) return null;
        const { hashes, points } = embedding;
        return sortedByHash(hashes, { count: hashes.length, dimensions: 2, coordinates: points });
      },
    };
  }

  private ofComponents(study: string) {
    return {
      fit: () => this.components.latestFit(study),
      read: async () => {
        const stored = await this.components.latest(study);
        return stored && sortedByHash(stored.hashes, stored.points);
      },
    };
  }
}

function sortedByHash(hashes: readonly string[], { dimensions, coordinates }: Points): Plane {
  const order = hashes.map((hash, i) => ({ hash, i })).sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const sorted = new Float64Array(coordinates.length);
  order.forEach(({ i }, row) => {
    sorted.set(coordinates.subarray(i * dimensions, (i + 1) * dimensions), row * dimensions);
  });
  return {
    hashes: order.map(({ hash }) => hash),
    points: { count: order.length, dimensions, coordinates: sorted },
    rowOf: new Map(order.map(({ hash }, row) => [hash, row])),
    process: new GrowingProcess(),
  };
}
