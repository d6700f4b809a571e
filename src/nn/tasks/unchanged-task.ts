import { AquasurfError } from '../../errors.js';
import { type ResolvedTask, resolveTask, type TaskFolders } from './task-registry.js';

/**
 * The task of a study, as it was when the study was created.
 * @throws AquasurfError TASK_CHANGED where its source, or what that imports, has changed; TASK_NOT_FOUND, TASK_INVALID
 */
export async function unchangedTask(
  reference: { name: string; sourceHash: string },
  folders: TaskFolders,
): Promise<ResolvedTask> {
  const found = await resolveTask(reference.name, folders);
  if (found.sourceHash === reference.sourceHash) return found;
  throw new AquasurfError(
    'TASK_CHANGED',
    `task ${reference.name} (${found.origin}) is not the one that the study was made with: its source has changed. ` +
      'Results of two versions must not mix: restore the source, say what is kept with `aquasurf study update-task`, or create a new study',
  );
}
