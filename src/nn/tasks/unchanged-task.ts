import { AquasurfError } from '../../errors.js';
import type { TaskDefinition } from '../task.js';
import { resolveTask, type TaskFolders } from './task-registry.js';

/**
 * The task of a study, as it was when the study was created.
 * @throws AquasurfError TASK_CHANGED where its source, or what that imports, has changed; TASK_NOT_FOUND, TASK_INVALID
 */
export async function unchangedTask(
  reference: { name: string; sourceHash: string },
  folders: TaskFolders,
): Promise<TaskDefinition> {
  const { task, origin, sourceHash } = await resolveTask(reference.name, folders);
  if (sourceHash === reference.sourceHash) return task;
  throw new AquasurfError(
    'TASK_CHANGED',
    `task ${reference.name} (${origin}) is not the one that the study was made with: its source has changed. ` +
      'Results of two versions must not mix: restore the source, or create a new study',
  );
}
