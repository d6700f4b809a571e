import { BASELINES } from '../domain/baselines.js';
import { canonicalHash } from '../domain/features/canonical-hash.js';
import { outputFeatures } from '../domain/features/output-features.js';
import { operatorSet, operatorSetId, vocabulary } from '../domain/operators/index.js';
import type { OperatorSet } from '../domain/operators/types.js';
import {
  NEW_STUDY_SURROGATE,
  PAPER_SURROGATE,
  type SurrogateSettings,
  surrogateFault,
} from '../domain/surrogate/settings.js';
import type { Direction, Metric } from '../domain/trial.js';
import { AquasurfError } from '../errors.js';
import type { ResolvedTask } from '../nn/tasks/task-registry.js';
import type { Pipeline } from '../queues/pipeline.js';
import { checkStudyName } from '../store/document-schemas.js';
import type { StudyDoc } from '../store/documents.js';
import { type FisherChoices, fisherSettings } from './fisher/fisher-settings.js';
import { expandSpace } from './spaces/space-entries.js';
import { listSpace, schemaSpace } from './spaces/spaces.js';

export interface StudyOptions {
  name: string;
  task: ResolvedTask;
  /** Of what its `loadData` gives (`checkTaskApart`): workers with other data refuse the study. */
  dataHash?: string | undefined;
  /** Schemas, names of single functions, or the preset `standard` (the space of the paper). */
  space: readonly string[];
  /**
   * What schemas range over: the name of a built-in set, or operators of one's own as `resolveOperators` gives them.
   * @defaultValue 'standard'
   */
  operators?: string | OperatorSet;
  /** @defaultValue 'valAcc' */
  metric?: Metric;
  /** @defaultValue 'max' for accuracies, 'min' for losses */
  direction?: Direction;
  /** @defaultValue 0 */
  seed?: number;
  /** What predicts; `task`: the regressor that the task brings. @defaultValue 'knn'; 'gaussian-process' where none of these three is given */
  regressor?: SurrogateSettings['regressor'];
  /** What is made of predictions. @defaultValue 'greedy'; 'ucb' where none of these three is given */
  acquisition?: SurrogateSettings['acquisition'];
  /**
   * What the regressor reads of a function. @defaultValue 'plane', 'outputs-plane' for a task without a network;
   * 'components' where none of these three is given
   */
  places?: SurrogateSettings['places'];
  /** How Fisher features are made. */
  fisher?: FisherChoices;
}

/**
 * Stores a study and its spaces; enqueues nothing. The task's baselines always belong to the space.
 * @throws AquasurfError USAGE, STUDY_EXISTS, OPERATORS_CHANGED; ExpressionError for a malformed schema or function
 */
export async function createStudy({ store }: Pipeline, options: StudyOptions): Promise<StudyDoc> {
  checkStudyName(options.name);
  const { operators: chosen = 'standard' } = options;
  const operators = typeof chosen === 'string' ? operatorSet(chosen) : chosen;
  await refuseOtherSource(store, operators);
  const surrogate = checkedSurrogate(options);
  const baselines = options.task.task.baselines ?? BASELINES;
  const { schemas, functions } = expandSpace(options.space, operators);
  const spaces = [
    listSpace(baselines, operators),
    ...schemas.map((schema) => schemaSpace(schema, operators)),
    ...(functions.length > 0 ? [listSpace(functions, operators)] : []),
  ];
  const metric = options.metric ?? 'valAcc';
  const study: StudyDoc = {
    _id: options.name,
    task: {
      name: options.task.task.name,
      sourceHash: options.task.sourceHash,
      ...(options.task.task.buildModel ? {} : { network: false as const }),
      ...(options.dataHash === undefined ? {} : { dataHash: options.dataHash }),
    },
    operators: operatorSetId(operators),
    ...(operators.sourceHash === undefined ? {} : { operatorSource: operators.sourceHash }),
    spaces: [...new Set(spaces.map((space) => space._id))],
    baselines: [...new Set(baselines.map((name) => canonicalHash(outputFeatures(name, vocabulary(operators)))))],
    metric,
    direction: options.direction ?? (metric === 'valAcc' ? 'max' : 'min'),
    seed: options.seed ?? 0,
    fisher: fisherSettings(options.task.task, options.fisher),
    surrogate,
    search: {
      state: 'none',
      trials: 0,
      parallel: null,
      deadline: null,
      patience: null,
      doneBefore: 0,
      reason: null,
      generation: 0,
    },
    embeddingGeneration: 0,
    createdAt: await store.now(),
  };
  for (const space of spaces) await store.spaces.put(space);
  await store.studies.create(study);
  return study;
}

function checkedSurrogate({ regressor, acquisition, places, task }: StudyOptions): SurrogateSettings {
  const base = (regressor ?? acquisition ?? places) ? PAPER_SURROGATE : NEW_STUDY_SURROGATE;
  // Without a network there are no Fisher features to make the paper's plane of.
  const outputsAlone = base.places === 'plane' && !task.task.buildModel;
  const chosen = {
    ...base,
    ...(outputsAlone ? { places: 'outputs-plane' as const } : {}),
    ...(regressor === undefined ? {} : { regressor }),
    ...(acquisition === undefined ? {} : { acquisition }),
    ...(places === undefined ? {} : { places }),
  };
  const fault = surrogateFault(chosen);
  if (fault !== undefined) throw new AquasurfError('USAGE', fault);
  if (chosen.regressor === 'task' && !task.task.regressor) {
    throw new AquasurfError(
      'USAGE',
      `task ${task.task.name} brings no regressor: add regressor: ({ seed }) => ({ fit, predict }) to it, or name one of this program`,
    );
  }
  return chosen;
}

/** Two sources under one id would store different functions under one name. */
async function refuseOtherSource(store: Pipeline['store'], operators: OperatorSet): Promise<void> {
  if (!operators.own) return;
  const id = operatorSetId(operators);
  const other = (await store.studies.list()).studies.find(
    (study) => study.operators === id && study.operatorSource !== operators.sourceHash,
  );
  if (!other) return;
  throw new AquasurfError(
    'OPERATORS_CHANGED',
    `study ${other._id} was made with operators ${id} of another source; their functions must not mix: ` +
      `raise the version to ${operators.version + 1}, or delete that study first`,
  );
}

/** As `createStudy`, for callers that found no such study: that another process made it since is well. */
export async function ensureStudy(pipeline: Pipeline, options: StudyOptions): Promise<void> {
  try {
    await createStudy(pipeline, options);
  } catch (error) {
    if (!(error instanceof AquasurfError && error.code === 'STUDY_EXISTS')) throw error;
  }
}
