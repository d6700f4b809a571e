import { checkTaskApart } from '../compute/check-task-apart.js';
import { loadConfig } from '../config.js';
import { resolveReference } from '../nn/tasks/operator-registry.js';
import { resolveTask, type TaskFolders } from '../nn/tasks/task-registry.js';
import { keptOf, updateTask, workOf } from '../producers/update-task.js';
import type { Pipeline } from '../queues/pipeline.js';
import type { StudyDoc } from '../store/documents.js';
import { operatorsOf } from '../store/study-names.js';
import type { KeptOfTask } from '../store/task-of-study.js';

/** Makes a study go on with its task as it is now on disk, which is tried before. @throws AquasurfError as `Study.updateTask` */
export async function updateStudyTask(
  pipeline: Pipeline,
  name: string,
  modules: TaskFolders | undefined,
  keep?: KeptOfTask,
): Promise<StudyDoc> {
  const folders = foldersOf(modules);
  const study = await pipeline.store.studies.get(name);
  const task = await resolveTask(study.task.name, folders);
  // Before the task is tried, which takes a while.
  if (task.sourceHash !== study.task.sourceHash) await keptOf(pipeline, name, keep);
  const operators = await resolveReference(operatorsOf(study), folders);
  const dataHash = await checkTaskApart(task, operators, folders);
  return updateTask(pipeline, name, { task, dataHash, keep });
}

/** A study that has no features and no trials yet takes its task as it is now, where that can be found from here. */
export async function takeChangedTask(
  pipeline: Pipeline,
  name: string,
  modules: TaskFolders | undefined,
): Promise<void> {
  const { features, results } = await workOf(pipeline, name);
  if (features + results > 0) return;
  const { task } = await pipeline.store.studies.get(name);
  const found = await resolveTask(task.name, foldersOf(modules)).catch(() => undefined);
  if (found && found.sourceHash !== task.sourceHash) await updateStudyTask(pipeline, name, modules);
}

const foldersOf = (modules: TaskFolders | undefined): TaskFolders => modules ?? { projectDir: loadConfig().projectDir };
