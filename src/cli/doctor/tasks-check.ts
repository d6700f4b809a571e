import type { Config } from '../../config.js';
import { errorLine } from '../../errors.js';
import { listTasks } from '../../nn/tasks/task-registry.js';
import { type Check, fail, ok } from './check.js';

/** The tasks that studies can name: built-in ones, and those of the project and of `tasksDir`. */
export async function checkTasks({ projectDir }: Config, tasksDir: string | undefined): Promise<Check> {
  try {
    const tasks = await listTasks({ projectDir, ...(tasksDir === undefined ? {} : { tasksDir }) });
    return ok('tasks', tasks.map(({ task, origin }) => `${task.name} (${origin})`).join(', '));
  } catch (error) {
    return fail('tasks', errorLine(error), 'correct the module, or give another folder with --tasks');
  }
}
