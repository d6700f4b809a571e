import { cachePath } from '../config.js';
import { FunctionEnumerator } from '../domain/enumeration/enumerator.js';
import { storedBatch } from '../domain/expression/stored-name.js';
import type { OperatorReference } from '../domain/operators/own-operators.js';
import type { OperatorSet, Tf } from '../domain/operators/types.js';
import { adaptRegressor } from '../domain/surrogate/regressors/regressor.js';
import { AquasurfError, errorLine } from '../errors.js';
import { EigenvaluePool } from '../kernels/eigenvalue-pool.js';
import { type Backend, type BackendName, loadBackend } from '../nn/backend/load-backend.js';
import { checkOperators } from '../nn/check-operators.js';
import { checkTask } from '../nn/check-task.js';
import { FeatureComputer } from '../nn/fisher/compute-features.js';
import { namedModel } from '../nn/named-model.js';
import type { DataContext, DataSet, TaskDefinition } from '../nn/task.js';
import { taskLayers } from '../nn/task-layers.js';
import type { TaskFolders } from '../nn/tasks/task-registry.js';
import { trainFunction } from '../nn/train.js';
import { KeptTasks, loadData } from './kept-tasks.js';
import { LOADING } from './progress-watch.js';
import type { ComputeMethod, ComputeSettings, Params, Result, TaskReference } from './protocol.js';

type Methods = {
  [M in ComputeMethod]: (params: Params<M>, report: Report) => Promise<Result<M>>;
};

/** Says that the work goes on: what it is at, and the share of it that is done. A call that says nothing for long is ended. */
export type Report = (doing: string, fraction?: number) => void;

/** The calls that the compute process answers. Backend, tasks with their data, and operators are loaded once and kept. */
export function createMethods(
  settings: ComputeSettings,
  notify: (line: string) => void,
  onChanged: () => Promise<never>,
): Methods {
  const folders: TaskFolders = {
    projectDir: settings.projectDir,
    ...(settings.tasksDir === undefined ? {} : { tasksDir: settings.tasksDir }),
  };
  const backend = keeping((_: 'backend') =>
    loadBackend(settings.backend as BackendName | 'auto', { cacheDir: settings.cacheDir, threads: settings.threads }),
  );
  const context: DataContext = {
    get cacheDir() {
      return cachePath(settings.cacheDir);
    },
    notify,
  };
  const kept = new KeptTasks(folders, context, onChanged);
  const checked = new WeakSet<OperatorSet>();
  const checkedOperators = async (reference: OperatorReference) => {
    const set = await kept.operators(reference);
    if (!checked.has(set)) checkOperators((await backend('backend')).tf, set);
    checked.add(set);
    return set;
  };

  const enumerator = new FunctionEnumerator();
  /** Of the study whose functions came last: model, batch and layers are made once for many jobs. */
  let computer: { key: string; features: FeatureComputer } | undefined;
  const pool = settings.threads > 1 ? new EigenvaluePool(Math.min(2, settings.threads)) : undefined;
  const solve = pool && ((matrix: Float64Array, n: number) => pool.solve(matrix, n));

  const prepare = async (
    params: { task: TaskReference; operators: OperatorReference },
    report: Report,
  ): Promise<Prepared> => {
    const { tf, name } = await backend('backend');
    // A module that does not end to load is as little the function's fault as data that do not come.
    report(LOADING);
    const set = await checkedOperators(params.operators);
    const own = set.own ? set : undefined;
    const task = await kept.task(params.task);
    const data = await kept.data(params.task);
    report('beginning');
    return { tf, name, task, data, operators: own };
  };
  return {
    backend: async () => {
      const { name, tensorflowVersion, devices } = await backend('backend');
      return { name, tensorflowVersion, devices };
    },
    prepare: async (params, report) => ({ backend: (await prepare(params, report)).name }),
    checkTask: async (params, report) => {
      await checkTask(await prepare(params, report));
      return { dataHash: (await kept.dataAndHash(params.task)).hash };
    },
    checkOperators: async (params) => {
      await checkedOperators(params.operators);
      return { backend: (await backend('backend')).name };
    },
    enumerate: async ({ source, operators: reference, from, to }) => {
      const set = await kept.operators(reference);
      return storedBatch(enumerator.enumerate(source, set, from, to), set);
    },
    layers: async ({ name }, report) => {
      const { tf } = await backend('backend');
      const { model, task } = await namedModel(tf, name, folders);
      try {
        const layers = taskLayers(model);
        if (task) report(LOADING);
        if (task) await checkOnData(tf, task, context);
        return layers;
      } finally {
        model.dispose();
      }
    },
    fisher: async ({ fn, settings: fisher, ...params }, report) => {
      const key = JSON.stringify([params.task, params.operators, fisher]);
      report(LOADING);
      // Throws where the module has been changed since.
      await Promise.all([kept.task(params.task), kept.operators(params.operators)]);
      if (computer?.key !== key) {
        computer?.features.dispose();
        computer = undefined;
        const prepared = await prepare(params, report);
        const onIgnored = (layers: string[]) =>
          notify(`task ${params.task.name}: no Fisher features of ${layers.join(', ')} (other kinds of layers)`);
        computer = { key, features: new FeatureComputer({ ...prepared, settings: fisher, solve, onIgnored }) };
      }
      report('beginning');
      return computer.features.compute(fn, () => report('computing features'));
    },
    predict: async ({ samples, targets, candidates, seed, uncertain, ...params }) => {
      const definition = await kept.task(params.task);
      if (!definition.regressor) {
        throw new AquasurfError(
          'TASK_INVALID',
          `the study predicts with the regressor of task ${definition.name}, which has none: give it one, { regressor: ({ seed }) => ({ fit, predict }) }`,
        );
      }
      const regressor = adaptRegressor(definition.regressor({ seed }), uncertain);
      if (samples.count < regressor.minimumSamples) return undefined;
      regressor.fit(samples, targets);
      return regressor.predict(candidates);
    },
    train: async ({ fn, seed, ...params }, report) => {
      const onProgress = (fraction: number) => report('training', fraction);
      return trainFunction({ ...(await prepare(params, report)), fn, seed, onProgress });
    },
  };
}

interface Prepared {
  tf: Tf;
  name: Backend['name'];
  task: TaskDefinition;
  data: DataSet;
  operators: OperatorSet | undefined;
}

/** Tries a task on its data, if the machine can get them: what its network is made of can be told without. */
async function checkOnData(tf: Tf, task: TaskDefinition, context: DataContext): Promise<void> {
  try {
    await checkTask({ tf, task, data: await loadData(task, context) });
  } catch (error) {
    if (!(error instanceof AquasurfError && error.code === 'DATA_SET_UNAVAILABLE')) throw error;
    context.notify(`task ${task.name} was not tried on its data: ${errorLine(error)}`);
  }
}

/** Remembers what was loaded. A failed load is tried again by the next call: the user may have mended it. */
function keeping<Key, Value>(load: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const kept = new Map<string, Promise<Value>>();
  return (key) => {
    const id = JSON.stringify(key);
    let value = kept.get(id);
    if (!value) {
      value = load(key);
      kept.set(id, value);
      value.catch(() => kept.delete(id));
    }
    return value;
  };
}
