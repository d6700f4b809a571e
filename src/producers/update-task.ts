import { AquasurfError } from '../errors.js';
import type { ResolvedTask } from '../nn/tasks/task-registry.js';
import type { Pipeline } from '../queues/pipeline.js';
import type { StudyDoc } from '../store/documents.js';
import { KEPT_OF_TASK, type KeptOfTask } from '../store/task-of-study.js';

export interface TaskUpdate {
  task: ResolvedTask;
  /** Of what its `loadData` gives. */
  dataHash: string | undefined;
  /** What stays of the study; may be left out where nothing is there. */
  keep?: KeptOfTask | undefined;
}

/** As they are kept in a study: the last ones. */
const UPDATES = 20;

/** Fisher features and trials that a study has of its present task. */
export async function workOf({ store }: Pipeline, name: string): Promise<{ features: number; results: number }> {
  const [fisher, trials] = await Promise.all([store.fisher.counts(name), store.trials.statusCounts(name)]);
  return {
    features: fisher.defined + fisher.undefined + fisher.failed,
    results: trials.done + trials.running + trials.failed,
  };
}

/** @throws AquasurfError USAGE where something is there and nobody said what stays of it */
export async function keptOf(pipeline: Pipeline, name: string, keep: KeptOfTask | undefined): Promise<KeptOfTask> {
  if (keep !== undefined && KEPT_OF_TASK.includes(keep)) return keep;
  const { features, results } = await workOf(pipeline, name);
  if (keep === undefined && features + results === 0) return 'nothing';
  throw new AquasurfError(
    'USAGE',
    `study ${name} has ${features} Fisher features and ${results} trials of the task as it was: say what stays with ` +
      `\`aquasurf study update-task ${name} --keep features\` (or ${KEPT_OF_TASK.slice(1).join(', ')})`,
  );
}

/**
 * Makes a study go on with its task as it is now. What is not kept is forgotten, and a running search ends: what workers
 * still bring of the task as it was is refused then.
 * @returns the study; as it was where the task has not changed
 * @throws AquasurfError USAGE where something is there and nobody said what stays of it
 */
export async function updateTask(pipeline: Pipeline, name: string, update: TaskUpdate): Promise<StudyDoc> {
  const { store } = pipeline;
  const { task, dataHash } = update;
  const study = await store.studies.get(name);
  const before = study.task;
  if (task.sourceHash === before.sourceHash && dataHash === before.dataHash) return study;
  const keep = await keptOf(pipeline, name, update.keep);
  await store.studies.setSearchState(name, ['running', 'paused'], 'stopped', 'the task was updated');
  await forget(pipeline, name, keep);
  const change = {
    at: await store.now(),
    from: before.sourceHash,
    to: task.sourceHash,
    ...(dataHash === before.dataHash ? {} : { data: true as const }),
    keep,
  };
  const after = {
    name: before.name,
    sourceHash: task.sourceHash,
    ...(task.task.buildModel ? {} : { network: false as const }),
    ...(dataHash === undefined ? {} : { dataHash }),
    updates: [...(before.updates ?? []), change].slice(-UPDATES),
  };
  if (!(await store.studies.setTask(name, before.sourceHash, after))) {
    throw new AquasurfError('FAILED', `the task of study ${name} was updated by somebody else just now; look again`);
  }
  // What jobs under way have written in between.
  await forget(pipeline, name, keep);
  return store.studies.get(name);
}

async function forget({ store }: Pipeline, name: string, keep: KeptOfTask): Promise<void> {
  if (keep === 'features' || keep === 'nothing') await store.trials.clean(name);
  if (keep === 'results' || keep === 'nothing') {
    await Promise.all([store.fisher.forget(name), store.embeddings.clear(name), store.components.clear(name)]);
  }
}
