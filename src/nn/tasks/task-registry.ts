import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { nearestNames } from '../../domain/expression/nearest-names.js';
import { AquasurfError, errorLine } from '../../errors.js';
import type { TaskDefinition } from '../task.js';
import { BUILT_IN_TASKS } from './built-in-tasks.js';
import { exportsDefault, loadTaskModule, type TaskModule } from './load-task-module.js';

export interface ResolvedTask {
  task: TaskDefinition;
  /** Stands for what the task does: results of different hashes must not mix. */
  sourceHash: string;
  /** `built-in`, or the path of its module. */
  origin: string;
}

export interface TaskFolders {
  /** Where `aquasurf.config.ts` (or .mts, .cts, .js, .mjs, .cjs) is looked for. */
  projectDir: string;
  /** `--tasks`, relative to the project: a folder, every module of which with a default export is one of tasks, or one such module. */
  tasksDir?: string;
}

const CONFIG_FILES = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `aquasurf.config.${extension}`);
/** What a module with a task or operators in it says, even one that does not parse. */
const MEANS_TASK = /\bdefineTask\b|\bdefineOperators\b|\bbuildModel\b/;
const MODULE = /(?<!\.d)(?<!\.test)\.([cm]?ts|[cm]?js)$/;

/**
 * The task of that name: among the built-in ones, those of `aquasurf.config.*`, then those of the tasks folder. A module
 * that does not load matters only when the name is found nowhere else.
 * @param otherNames that the caller knows besides, for the message
 * @throws AquasurfError TASK_NOT_FOUND with the known names, TASK_INVALID when a module is broken or a name stands twice
 */
export async function resolveTask(
  name: string,
  folders: TaskFolders,
  otherNames: readonly string[] = [],
): Promise<ResolvedTask> {
  const { tasks, broken } = await listTasks(folders);
  const [found, second] = tasks.filter(({ task }) => task.name === name);
  if (found && second) {
    const message = `two tasks are named ${name}: one in ${found.origin}, one in ${second.origin}; rename yours`;
    throw new AquasurfError('TASK_INVALID', message);
  }
  if (found) return found;
  const named = broken.find(({ message }) => message.startsWith(`task ${name} in `));
  if (named) throw named;
  if (broken.length > 0) throw new AquasurfError('TASK_INVALID', broken.map(errorLine).join('; '));
  const known = [...tasks.map(({ task }) => task.name), ...otherNames];
  const near = nearestNames(name, known);
  const ordered = [...near, ...known.filter((other) => !near.includes(other))];
  throw new AquasurfError(
    'TASK_NOT_FOUND',
    `there is no task "${name}"; known tasks: ${ordered.join(', ')}. Tasks of your own come from aquasurf.config.ts in ` +
      `${folders.projectDir} or from the folder given with --tasks`,
  );
}

/** All tasks there are, built-in ones first, and what is wrong with others. */
export async function listTasks(folders: TaskFolders): Promise<{ tasks: ResolvedTask[]; broken: AquasurfError[] }> {
  const tasks = BUILT_IN_TASKS.map(({ task, version }) => ({
    task,
    sourceHash: createHash('sha256').update(`builtin:${task.name}@${version}`).digest('hex'),
    origin: 'built-in',
  }));
  const { modules, broken } = await findModules(folders);
  for (const { path, tasks: found, sourceHash } of modules) {
    tasks.push(...found.map((task) => ({ task, sourceHash, origin: path })));
  }
  return { tasks, broken };
}

/** The modules of `aquasurf.config.*` and the tasks folder, and what is wrong with others. */
export async function findModules(folders: TaskFolders): Promise<{ modules: TaskModule[]; broken: AquasurfError[] }> {
  const modules: TaskModule[] = [];
  const broken: AquasurfError[] = [];
  for (const path of await modulePaths(folders)) {
    try {
      const module = await loadTaskModule(path);
      modules.push(module);
      broken.push(...module.broken);
    } catch (error) {
      if (!(error instanceof AquasurfError)) throw error;
      broken.push(error);
    }
  }
  return { modules, broken };
}

/** Each module once, whatever ways lead to it. */
/** Of `aquasurf.config.*` and the tasks folder. */
export async function modulePaths({ projectDir, tasksDir }: TaskFolders): Promise<string[]> {
  const config = CONFIG_FILES.map((file) => join(projectDir, file)).filter((path) => existsSync(path));
  const others = tasksDir === undefined ? [] : await modulesIn(resolve(projectDir, tasksDir));
  const files = new Map<string, string>();
  for (const path of [...config.slice(0, 1), ...others]) {
    const file = realpathSync(path);
    if (!files.has(file)) files.set(file, path);
  }
  return [...files.values()];
}

async function modulesIn(place: string): Promise<string[]> {
  try {
    if ((await stat(place)).isFile()) return [place];
    const files = (await readdir(place)).filter((file) => MODULE.test(file)).sort();
    const paths = files.map((file) => join(place, file));
    // Other files in the folder, scripts perhaps, are not to be run.
    return paths.filter((path) => {
      const text = readFileSync(path, 'utf8');
      return exportsDefault(text) || MEANS_TASK.test(text);
    });
  } catch (error) {
    throw new AquasurfError('TASK_NOT_FOUND', `the tasks in ${place} cannot be read: ${errorLine(error)}`);
  }
}
