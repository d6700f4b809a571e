/** What stays of a study whose task is updated. */
export const KEPT_OF_TASK = ['features', 'results', 'both', 'nothing'] as const;
export type KeptOfTask = (typeof KEPT_OF_TASK)[number];

/** The task of a study: workers that have another source or other data refuse it. */
export interface TaskOfStudy {
  name: string;
  sourceHash: string;
  /** False for a task that is only asked and told. */
  network?: false;
  /** Of what `loadData` gives. Absent in studies of older versions and in unchecked ones, whose data are not compared. */
  dataHash?: string;
  /** When the study took the task as it was by then, and whether its data were other ones; the last ones. */
  updates?: Array<{ at: Date; from: string; to: string; data?: true; keep: KeptOfTask }>;
}
