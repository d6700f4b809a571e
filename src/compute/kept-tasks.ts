import type { OperatorReference } from '../domain/operators/own-operators.js';
import type { OperatorSet } from '../domain/operators/types.js';
import { AquasurfError, errorLine } from '../errors.js';
import { checkData } from '../nn/check-data.js';
import { dataHash } from '../nn/data-hash.js';
import type { DataContext, DataSet, TaskDefinition } from '../nn/task.js';
import { moduleSourceHash } from '../nn/tasks/module-source.js';
import { resolveReference } from '../nn/tasks/operator-registry.js';
import { modulePaths, type ResolvedTask, type TaskFolders } from '../nn/tasks/task-registry.js';
import { unchangedTask } from '../nn/tasks/unchanged-task.js';
import type { TaskReference } from './protocol.js';

/** A value of a module, and the module's source by then. */
interface Kept<T> {
  value: Promise<T>;
  /** Of the module that it came from; undefined while that loads, and for what is built in. */
  source: { path: string; hash: string } | undefined;
}

/**
 * Tasks, their data, and operators, loaded once and kept as long as their modules stay as they are on disk. A failed load
 * is tried again by the next call: the user may have mended it.
 */
export class KeptTasks {
  readonly #folders: TaskFolders;
  readonly #context: DataContext;
  readonly #tasks = new Map<string, Kept<ResolvedTask>>();
  readonly #data = new Map<string, Promise<{ data: DataSet; hash: string }>>();
  readonly #operators = new Map<string, Kept<OperatorSet>>();
  /** Source hashes of the modules that this process may have imported. */
  readonly #loaded = new Map<string, string>();
  readonly #onChanged: () => Promise<never>;

  /** @param onChanged a module is another now: gives this call to a new process */
  constructor(folders: TaskFolders, context: DataContext, onChanged: () => Promise<never>) {
    this.#onChanged = onChanged;
    this.#folders = folders;
    this.#context = context;
  }

  /** @throws AquasurfError TASK_CHANGED, also where the module was changed since it was loaded */
  async task({ name, sourceHash }: TaskReference): Promise<TaskDefinition> {
    const id = `${name} ${sourceHash}`;
    const load = () => unchangedTask({ name, sourceHash }, this.#folders);
    const source = ({ origin }: ResolvedTask) =>
      origin === 'built-in' ? undefined : { path: origin, hash: sourceHash };
    const { task } = await this.#keep(this.#tasks, id, load, source);
    return task;
  }

  /** @throws AquasurfError TASK_CHANGED where they are not those of the study, TASK_INVALID */
  async data(reference: TaskReference): Promise<DataSet> {
    return (await this.dataAndHash(reference)).data;
  }

  async dataAndHash(reference: TaskReference): Promise<{ data: DataSet; hash: string }> {
    const task = await this.task(reference);
    const id = `${reference.name} ${reference.sourceHash}`;
    const loading = this.#data.get(id) ?? this.#load(task);
    this.#data.set(id, loading);
    loading.catch(() => this.#data.delete(id));
    const loaded = await loading;
    if (reference.dataHash === undefined || reference.dataHash === loaded.hash) return loaded;
    throw new AquasurfError(
      'TASK_CHANGED',
      `the data of task ${task.name} (what loadData gives) are not those that the study was made with: inputs, labels, ` +
        'their order or the splits differ. Results of two data sets must not mix: restore the data (loadData must give the ' +
        'same each time, or the task a dataVersion), keep what there is with `aquasurf study update-task`, or create a new study',
    );
  }

  /** @throws AquasurfError OPERATORS_CHANGED, also where the module was changed since it was loaded */
  operators(reference: OperatorReference): Promise<OperatorSet> {
    const load = () => resolveReference(reference, this.#folders);
    const source = ({ origin, sourceHash }: OperatorSet) =>
      origin === undefined || sourceHash === undefined ? undefined : { path: origin, hash: sourceHash };
    return this.#keep(this.#operators, JSON.stringify(reference), load, source);
  }

  /** Node keeps the modules that it has imported: one that was another by then can only be read in a new process. */
  async #checkLoaded(): Promise<void> {
    for (const path of await modulePaths(this.#folders)) {
      const hash = hashOf(path);
      const before = this.#loaded.get(path);
      if (before !== undefined && before !== hash) await this.#restart(path);
      if (hash !== undefined) this.#loaded.set(path, hash);
    }
  }

  #restart(path: string): Promise<never> {
    this.#context.notify(`${path} has changed: it is read again`);
    return this.#onChanged();
  }

  async #load(task: TaskDefinition): Promise<{ data: DataSet; hash: string }> {
    const data = await loadData(task, this.#context);
    return { data, hash: dataHash(task, data) };
  }

  async #keep<T>(
    all: Map<string, Kept<T>>,
    id: string,
    load: () => Promise<T>,
    sourceOf: (value: T) => Kept<T>['source'],
  ): Promise<T> {
    const present = all.get(id);
    if (present?.source && hashOf(present.source.path) !== present.source.hash)
      await this.#restart(present.source.path);
    if (!present) await this.#checkLoaded();
    let kept = all.get(id);
    if (!kept) {
      const made: Kept<T> = { value: load(), source: undefined };
      made.value.then(
        (value) => {
          made.source = sourceOf(value);
        },
        () => all.delete(id),
      );
      all.set(id, made);
      kept = made;
    }
    return kept.value;
  }
}

/** @throws AquasurfError TASK_INVALID where the task has no data, or where they are not what they should be or fail to load */
export async function loadData(task: TaskDefinition, context: DataContext): Promise<DataSet> {
  if (!task.loadData) {
    throw new AquasurfError('TASK_INVALID', `task ${task.name} has no network: it is only asked and told`);
  }
  try {
    const data = await task.loadData(context);
    checkData(task.name, data);
    return data;
  } catch (error) {
    if (error instanceof AquasurfError) throw error;
    throw new AquasurfError('TASK_INVALID', `task ${task.name}: loadData fails: ${errorLine(error)}`, { cause: error });
  }
}

function hashOf(path: string): string | undefined {
  try {
    return moduleSourceHash(path);
  } catch {
    // It is gone: reading it again says so.
    return undefined;
  }
}
