import { BASELINES } from '../domain/baselines.js';
import { canonicalHash } from '../domain/canonical-hash.js';
import { operatorSet, operatorSetId } from '../domain/operators/index.js';
import { outputFeatures } from '../domain/output-features.js';
import type { Direction, Metric } from '../domain/trial.js';
import { AquasurfError } from '../errors.js';
import type { ResolvedTask } from '../nn/tasks/task-registry.js';
import type { Pipeline } from '../queues/pipeline.js';
import type { StudyDoc } from '../store/documents.js';
import { listSpace, schemaSpace } from './spaces.js';

export interface StudyOptions {
  name: string;
  task: ResolvedTask;
  /** Schemas, or names of single functions. */
  space: readonly string[];
  /** @defaultValue 'standard' */
  operators?: string;
  /** @defaultValue 'valAcc' */
  metric?: Metric;
  /** @defaultValue 'max' for accuracies, 'min' for losses */
  direction?: Direction;
  /** @defaultValue 0 */
  seed?: number;
}

const STUDY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Stores a study and its spaces; enqueues nothing. The task's baselines always belong to the space.
 * @throws AquasurfError USAGE, STUDY_EXISTS; ExpressionError for a malformed schema or function
 */
export async function createStudy({ store }: Pipeline, options: StudyOptions): Promise<StudyDoc> {
  if (!STUDY_NAME.test(options.name)) {
    throw new AquasurfError(
      'USAGE',
      `study name "${options.name}": use 1 to 64 letters, digits, "-", "_" or ".", beginning with a letter or digit`,
    );
  }
  const operators = operatorSet(options.operators ?? 'standard');
  const baselines = options.task.task.baselines ?? BASELINES;
  const { schemas, functions } = splitSpace(options.space);
  const spaces = [
    listSpace(baselines),
    ...schemas.map((schema) => schemaSpace(schema, operators)),
    ...(functions.length > 0 ? [listSpace(functions)] : []),
  ];
  const metric = options.metric ?? 'valAcc';
  const study: StudyDoc = {
    _id: options.name,
    task: { name: options.task.task.name, sourceHash: options.task.sourceHash },
    operators: operatorSetId(operators),
    spaces: [...new Set(spaces.map((space) => space._id))],
    baselines: [...new Set(baselines.map((name) => canonicalHash(outputFeatures(name))))],
    metric,
    direction: options.direction ?? (metric === 'valAcc' ? 'max' : 'min'),
    seed: options.seed ?? 0,
    fisher: { seed: 42, batchSize: options.task.task.fisher?.batchSize ?? 100, floor: 1e-6 },
    search: {
      state: 'none',
      trials: 0,
      parallel: null,
      deadline: null,
      patience: null,
      reason: null,
      generation: 0,
    },
    createdAt: await store.now(),
  };
  for (const space of spaces) await store.spaces.put(space);
  await store.studies.create(study);
  return study;
}

/** A schema is told from a function by its classes: `unary(x)` is a schema, `relu(x)` a function. */
export function splitSpace(entries: readonly string[]): { schemas: string[]; functions: string[] } {
  const isSchema = (entry: string) => /\b(unary|binary|n-ary)\s*\(/.test(entry);
  return { schemas: entries.filter(isSchema), functions: entries.filter((entry) => !isSchema(entry)) };
}
