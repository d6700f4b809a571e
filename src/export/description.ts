import type { ExportTarget } from './source.js';

/** What the head of a file tells about its function. */
interface Provenance {
  fn: string;
  hash: string;
  /** The representative of the function's class, where it is known. */
  representative: string | undefined;
  to: ExportTarget;
  normalize: boolean;
  name: string | undefined;
  /** Of this program, e.g. `0.1.0`. */
  version: string | undefined;
}

/** The lines of a file's head: the expression, its hash and representative, how the file was made, the paper. */
export function describe(provenance: Provenance): string[] {
  const { fn, hash, representative, version } = provenance;
  return [
    `${fn}: an activation function of AQuaSurF (arXiv 2301.05785).`,
    '',
    `Canonical hash: ${hash}`,
    `Representative: ${representative ?? `${fn} (no database of functions was asked)`}`,
    `Made by:        ${command(provenance)}${version === undefined ? '' : ` (version ${version})`}`,
  ];
}

function command({ fn, to, normalize, name }: Provenance): string {
  const flags = `${normalize ? ' --normalize' : ''}${name === undefined ? '' : ` --name ${name}`}`;
  return `aquasurf export-fn "${fn}" --to ${to}${flags}`;
}
