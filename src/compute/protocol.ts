import type { FunctionSource } from '../domain/enumeration/enumerator.js';
import type { FunctionBatch } from '../domain/enumeration/function-batch.js';
import type { OperatorReference } from '../domain/operators/own-operators.js';
import type { Points } from '../domain/surrogate/points.js';
import type { Prediction } from '../domain/surrogate/regressors/regressor.js';
import type { TrialResult } from '../domain/trial.js';
import type { TaskLayer } from '../nn/task-layers.js';
import type { FisherSettings, RunDoc } from '../store/documents.js';
import type { ErrorData } from './error-data.js';
import type { About } from './printed-lines.js';

/** A study's task, by name: code never travels. The child refuses a source with another hash. */
export interface TaskReference {
  name: string;
  sourceHash: string;
  /** Of what `loadData` gives; any data will do without. */
  dataHash?: string;
}

/** Where tasks are looked for and data kept: the same for all calls of one child. */
export interface ComputeSettings {
  backend: string;
  cacheDir: string | undefined;
  projectDir: string;
  tasksDir: string | undefined;
  /** Threads of TensorFlow. */
  threads: number;
}

/** What the compute process does: all that runs a user's module or the accelerator. */
interface ComputeMethods {
  /** Loads the backend, and tells what it computes on. */
  backend: (params: Record<string, never>) => { name: string; tensorflowVersion: string; devices: string[] };
  /**
   * Loads backend, task, data and operators (whose tensor forms are checked), so that faults of the machine show before a
   * trial is claimed.
   */
  prepare: (params: { task: TaskReference; operators: OperatorReference }) => { backend: string };
  /** Does with a task what a search will, on one batch; and hashes its data. */
  checkTask: (params: { task: TaskReference; operators: OperatorReference }) => { dataHash: string };
  /** Checks the tensor forms of operators of one's own. */
  checkOperators: (params: { operators: OperatorReference }) => { backend: string };
  /** Output features of a range where they need operators of one's own, with names as they are stored. */
  enumerate: (params: {
    source: FunctionSource;
    operators: OperatorReference;
    from: number;
    to: number;
  }) => FunctionBatch;
  /** What the network of a task, which is checked by that, or a built-in model, is made of. */
  layers: (params: { name: string }) => TaskLayer[];
  fisher: (params: {
    task: TaskReference;
    operators: OperatorReference;
    fn: string;
    settings: FisherSettings;
  }) => FisherReply;
  /** The task's own regressor, fitted and asked; undefined while it wants more samples. */
  predict: (params: {
    task: TaskReference;
    samples: Points;
    targets: readonly number[];
    candidates: Points;
    seed: number;
    /** Whether the acquisition needs standard deviations. */
    uncertain: boolean;
  }) => Prediction | undefined;
  train: (params: { task: TaskReference; operators: OperatorReference; fn: string; seed: number }) => {
    result: TrialResult;
    history: RunDoc['history'];
  };
}

type FisherReply =
  | { defined: true; features: Uint16Array; seconds: number }
  | { defined: false; reason: string; seconds: number };

export type ComputeMethod = keyof ComputeMethods;
export type Params<M extends ComputeMethod> = Parameters<ComputeMethods[M]>[0];
export type Result<M extends ComputeMethod> = ReturnType<ComputeMethods[M]>;

export interface CallMessage {
  id: number;
  method: ComputeMethod;
  params: unknown;
  about: About;
}

export type ReplyMessage =
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: ErrorData }
  /** @param doing what it is at, e.g. `training` */
  | { kind: 'progress'; id: number; doing: string; fraction: number }
  /** A module that it has imported is another now: a new process is to do the call. */
  | { kind: 'changed' }
  /**
   * What a call left behind (a timer, a promise) threw, and the process ends; the call may have ended before. Without
   * an id: nobody knows which one.
   */
  | { kind: 'uncaught'; id: number | undefined; about: About; error: ErrorData };
