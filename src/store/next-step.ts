import type { StudyDoc } from './documents.js';

/** Where a study's functions get the features from that they are told apart by, besides their outputs. */
export type FisherSource = 'computed' | 'uploaded' | 'none';

export const fisherSource = ({ task, fisher }: Pick<StudyDoc, 'task' | 'fisher'>): FisherSource => {
  if (fisher.uploaded) return 'uploaded';
  return task.network === false ? 'none' : 'computed';
};

/** What a person does for a study to have functions that can be suggested. */
export function nextForFisher(study: StudyDoc): string {
  if (fisherSource(study) === 'uploaded') return 'upload features of more functions (`study.uploadFisher`)';
  return `run \`aquasurf fisher ${study._id} --limit 100\``;
}

/** What a person does for a study to have results. */
export function nextForResults({ _id, task }: StudyDoc): string {
  return task.network === false
    ? `claim functions with \`aquasurf suggest ${_id} --claim\` and report their results`
    : `run \`aquasurf search ${_id} --trials 20\``;
}
