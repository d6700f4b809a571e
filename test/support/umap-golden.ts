import { readFileSync } from 'node:fs';

export interface GoldenGraph {
  nnz: number;
  row: number[];
  col: number[];
  value: number[];
}

interface UmapFile {
  outputs_base64_f32: string;
  eigs_base64_f32: string;
  graph_outputs: GoldenGraph;
  graph_eigs: GoldenGraph;
  graph_union: GoldenGraph;
  sigma_rho_outputs: { sigma: (number | string)[]; rho: number[] };
  sigma_rho_eigs: { sigma: (number | string)[]; rho: number[] };
  a: number;
  b: number;
  quality: {
    union: Record<string, number>;
    random: Record<string, number>;
    union_graph_k10: { union: number; random: number };
    union_8_seeds_mean: number[];
    columns: string[];
  };
}

/** What umap-learn 0.5.5 made of the outputs and synthetic spectra of 120 functions. */
export interface UmapGolden extends UmapFile {
  outputs: Float32Array[];
  fisher: Float32Array[];
}

export function umapGolden(): UmapGolden {
  const file = JSON.parse(readFileSync(new URL('../golden/umap.json', import.meta.url), 'utf8')) as UmapFile;
  return { ...file, outputs: rows(file.outputs_base64_f32, 1000), fisher: rows(file.eigs_base64_f32, 300) };
}

function rows(base64: string, length: number): Float32Array[] {
  const bytes = Buffer.from(base64, 'base64');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 / length }, (_, i) =>
    Float32Array.from({ length }, (_, k) => view.getFloat32(4 * (i * length + k), true)),
  );
}
