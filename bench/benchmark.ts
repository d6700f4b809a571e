/** One measured case: what was measured and its figures, each named with its unit, e.g. `{ case: 'relu', oursMs: 40 }`. */
export type Row = Record<string, string | number>;

/** Options of the command line that some benchmarks take. */
export interface BenchmarkOptions {
  model?: string;
  /** Examples in a batch. */
  batch?: number;
  /** Threads of the compute backend. */
  threads?: number;
  /** Each consumer on a core of its own. */
  pinned?: boolean;
  /** Entries of a Fisher vector. */
  features?: number;
  /** How the study of `suggest` chooses. */
  regressor?: string;
  acquisition?: string;
  places?: string;
}

export interface Benchmark {
  /** One line: what is measured beside which rival or bound. */
  summary: string;
  /** Measures; all rows have the same keys. `notify` tells how far it is. */
  run(notify: (line: string) => void, options: BenchmarkOptions): Promise<Row[]>;
  /** Of several rows the one whose figures stand at the top of the JSON as well. @defaultValue none */
  headline?(rows: readonly Row[]): Row;
}

/** Three significant digits: more would be noise. */
export const rounded = (value: number): number => Number(value.toPrecision(3));
