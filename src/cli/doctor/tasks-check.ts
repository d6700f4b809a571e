import { errorLine } from '../../errors.js';
import { listTasks, type TaskFolders } from '../../nn/tasks/task-registry.js';
import { type Check, fail, ok } from './check.js';

/** The tasks that studies can name: built-in ones, and those of the folders. */
export async function checkTasks(folders: TaskFolders): Promise<Check> {
  try {
    const tasks = await listTasks(folders);
    return ok('tasks', tasks.map(({ task, origin }) => `${task.name} (${origin})`).join(', '));
  } catch (error) {
    return fail('tasks', errorLine(error), 'correct the module, or give another folder with --tasks');
  }
}
