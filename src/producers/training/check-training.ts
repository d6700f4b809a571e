import { AquasurfError } from '../../errors.js';
import type { StudyDoc } from '../../store/documents.js';

/** @throws AquasurfError USAGE where the study's task is only asked and told */
export function checkTrainable({ task }: StudyDoc): void {
  if (task.network !== false) return;
  throw new AquasurfError(
    'USAGE',
    `task ${task.name} has no network to train here: ask with suggest, tell with report`,
  );
}
