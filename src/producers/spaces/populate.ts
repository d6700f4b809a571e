import { isBuiltInSet, operatorSet, operatorSetId } from '../../domain/operators/index.js';
import type { OperatorSet } from '../../domain/operators/types.js';
import { AquasurfError } from '../../errors.js';
import { resolveReference } from '../../nn/tasks/operator-registry.js';
import type { TaskFolders } from '../../nn/tasks/task-registry.js';
import type { Pipeline } from '../../queues/pipeline.js';
import type { SpaceDoc, StudyDoc } from '../../store/documents.js';
import { operatorsOf } from '../../store/study-names.js';
import { expandPresets, splitSpace } from './space-entries.js';
import { listSpace, type Sampling, sampleSpace, schemaSpace } from './spaces.js';

export interface PopulateOptions {
  /** Schemas to add to the study's space. */
  schemas?: readonly string[];
  /** Functions to add to the study's space. */
  functions?: readonly string[];
  /** Schemas, functions or presets (`standard`) to add to the study's space. */
  space?: readonly string[];
  /** Of each of the schemas only so many instances. */
  sample?: Sampling;
  /** Operator set of the schemas and presets: the study's or a built-in one. @defaultValue the study's */
  operators?: string;
  /** Where the module of operators of one's own is looked for: needed to add schemas or functions over them. */
  modules?: TaskFolders;
}

/**
 * Records that all functions of the study's spaces, and of those added here, are wanted; `reconcile` enqueues what is
 * not there yet: schema expansion first, from which output features follow.
 * @throws AquasurfError USAGE where operators are named that the study does not have; OPERATORS_NOT_FOUND,
 * OPERATORS_CHANGED for operators of one's own; ExpressionError for a malformed schema or function
 */
export async function populate({ store }: Pipeline, studyName: string, options: PopulateOptions = {}): Promise<void> {
  const study = await store.studies.get(studyName);
  const added = await addedSpaces(study, options);
  for (const space of added) await store.spaces.put(space);
  const addedIds = added.map((space) => space._id);
  await store.studies.addSpaces(studyName, addedIds);
  await store.spaces.want([...study.spaces, ...addedIds]);
}

async function addedSpaces(study: StudyDoc, options: PopulateOptions): Promise<SpaceDoc[]> {
  const { schemas = [], functions = [], space = [], sample } = options;
  const entries = splitSpace(expandPresets(space));
  const templates = [...new Set([...schemas, ...entries.schemas])];
  const names = [...functions, ...entries.functions];
  if (templates.length === 0 && options.operators !== undefined) {
    throw new AquasurfError('USAGE', 'operators go with schemas: name the schemas that they are for');
  }
  if (templates.length === 0 && sample) {
    throw new AquasurfError('USAGE', 'a sample is taken from schemas: name the schemas');
  }
  if (templates.length + names.length === 0) return [];
  const own = await studyOperators(study, options.modules);
  const operators = schemaOperators(study, own, options.operators);
  return [
    ...templates.map((schema) => (sample ? sampleSpace(schema, operators, sample) : schemaSpace(schema, operators))),
    ...(names.length > 0 ? [listSpace(names, own)] : []),
  ];
}

async function studyOperators(study: StudyDoc, modules: TaskFolders | undefined): Promise<OperatorSet> {
  if (isBuiltInSet(study.operators)) return operatorSet(study.operators);
  if (modules) return resolveReference(operatorsOf(study), modules);
  throw new AquasurfError(
    'OPERATORS_NOT_FOUND',
    `study ${study._id} has operators of its own (${study.operators}): name the folder of their module with --tasks`,
  );
}

/** Built-in operators mean the same in every study; those of another set would mix what must not be mixed. */
function schemaOperators(study: StudyDoc, own: OperatorSet, wanted: string | undefined): OperatorSet {
  if (wanted === undefined || wanted === own.name || wanted === operatorSetId(own)) return own;
  if (isBuiltInSet(wanted)) return operatorSet(wanted);
  throw new AquasurfError(
    'USAGE',
    `study ${study._id} was made with operators ${study.operators}; functions of ${wanted} must not mix with them: ` +
      `create another study with --operators ${wanted}`,
  );
}
