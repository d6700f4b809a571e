import { errorLine } from '../../errors.js';
import { listTasks, type TaskFolders } from '../../nn/tasks/task-registry.js';
import { type Check, fail, ok } from './check.js';

/** The tasks that studies can name: built-in ones, and those of the folders. */
export async function checkTasks(folders: TaskFolders): Promise<Check> {
  const mend = 'correct the module, or give another folder with --tasks';
  try {
    const { tasks, broken } = await listTasks(folders);
    if (broken.length > 0) return fail('tasks', broken.map(errorLine).join('; '), mend);
    return ok('tasks', tasks.map(({ task, origin }) => `${task.name} (${origin})`).join(', '));
  } catch (error) {
    return fail('tasks', errorLine(error), mend);
  }
}
