/** The pictures of a study, and what each shows. */
export const PLOT_KINDS = {
  history: 'the metric of each trial, and the best so far',
  embedding: 'the map of functions, coloured by the metric, with the path of the search',
  functions: 'the curves of the best functions',
  spectra: "layer by layer, the Fisher spectra of functions beside relu's",
  regressor: 'what the surrogate predicts, everywhere and for the trials',
  parallel: 'what the functions of the trials are like, and what they reached',
} as const;
export type PlotKind = keyof typeof PLOT_KINDS;

/** What the user asks `plot` for. */
export interface PlotFlags {
  kind: PlotKind;
  out?: string;
  top: number;
  fn?: string[];
  tasks?: string;
  json?: boolean;
}
