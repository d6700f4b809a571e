import { ExpressionError } from '../domain/expression/expression-error.js';
import { readableName, storedRank } from '../domain/expression/stored-name.js';
import { canonicalHash } from '../domain/features/canonical-hash.js';
import { outputFeatures } from '../domain/features/output-features.js';
import type { OperatorReference } from '../domain/operators/own-operators.js';
import { AquasurfError } from '../errors.js';
import type { SpaceDoc, StudyDoc } from './documents.js';
import type { Store } from './store.js';

/** The operators of a study or space. */
export function operatorsOf({
  operators,
  operatorSource,
}: Pick<StudyDoc | SpaceDoc, 'operators' | 'operatorSource'>): OperatorReference {
  return { id: operators, ...(operatorSource === undefined ? {} : { sourceHash: operatorSource }) };
}

/**
 * The name by which a study uses a function: its representative, or where that is made of another set's operators, the
 * smallest alias that the study's set can read.
 * @param names representatives that the caller has read already, by hash
 */
export async function nameForStudy(
  store: Store,
  study: StudyDoc,
  hash: string,
  names?: ReadonlyMap<string, string>,
): Promise<string> {
  const representative = (names ?? (await store.functions.names([hash]))).get(hash);
  if (representative === undefined) {
    throw new AquasurfError(
      'DOCUMENT_INVALID',
      `function ${hash} has no readable document in the database: populate again`,
    );
  }
  const readable = readableName(representative, study.operators);
  if (readable !== undefined) return readable;
  // Any name of built-in operators ranks before it, so all names are of somebody's own.
  const own = await store.functions.aliasesWith(hash, `${study.operators}/`);
  const [smallest] = own.map((name) => ({ name, rank: storedRank(name) })).sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const name = smallest && readableName(smallest.name, study.operators);
  if (name === undefined) {
    throw new Error(`function ${hash} has no name yet that study ${study._id} can read; populate is still at work`);
  }
  return name;
}

/**
 * The canonical hash of a function that a person names. One of built-in operators is evaluated; one of the study's own
 * operators is looked up, since their module is not loaded here.
 * @returns undefined where the database does not know the name
 * @throws ExpressionError for what is no function
 */
export async function hashOfName(store: Store, study: StudyDoc, text: string): Promise<string | undefined> {
  try {
    return canonicalHash(outputFeatures(text));
  } catch (error) {
    if (!(error instanceof ExpressionError) || study.operatorSource === undefined) throw error;
    const known = await store.functions.findByName(`${study.operators}/${text.replace(/\s/g, '')}`);
    return known?._id;
  }
}
