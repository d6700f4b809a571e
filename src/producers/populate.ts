import { operatorSet } from '../domain/operators/index.js';
import type { Pipeline } from '../queues/pipeline.js';
import type { SpaceDoc } from '../store/documents.js';
import { listSpace, schemaSpace } from './spaces.js';

export interface PopulateOptions {
  /** Schemas to add to the study's space. */
  schemas?: readonly string[];
  /** Functions to add to the study's space. */
  functions?: readonly string[];
  /** Operator set of the schemas. @defaultValue the study's */
  operators?: string;
}

/**
 * Enqueues schema expansion, from which output features follow, for the study's spaces and those added here.
 * What is done already is not done again.
 * @returns the spaces that were enqueued
 */
export async function populate(
  { store, queues }: Pipeline,
  studyName: string,
  options: PopulateOptions = {},
): Promise<SpaceDoc[]> {
  const study = await store.studies.get(studyName);
  const operators = operatorSet(options.operators ?? study.operators);
  const added = [
    ...(options.schemas ?? []).map((schema) => schemaSpace(schema, operators)),
    ...(options.functions?.length ? [listSpace(options.functions)] : []),
  ];
  for (const space of added) await store.spaces.put(space);
  const addedIds = added.map((space) => space._id);
  await store.studies.addSpaces(studyName, addedIds);

  const ids = added.length > 0 ? addedIds : study.spaces;
  await store.spaces.want(ids);
  const spaces = await store.spaces.getMany(ids);
  await queues.enqueue(
    'schema-expansion',
    spaces.map((space) => ({ space: space._id, generation: space.generation })),
  );
  return spaces;
}
