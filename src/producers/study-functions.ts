import { AquasurfError } from '../errors.js';
import type { StudyDoc } from '../store/documents.js';
import type { Store } from '../store/store.js';
import { hashOfName } from '../store/study-names.js';

/** What is thrown where a study's functions are wanted, and none is computed yet. */
export const notPopulated = ({ _id }: StudyDoc): AquasurfError =>
  new AquasurfError('FAILED', `study ${_id} has no functions yet: run \`aquasurf populate ${_id} --wait\``);

/**
 * Canonical hashes of functions that a person names, each once.
 * @throws AquasurfError FUNCTION_NOT_IN_STUDY where one is not in the study's spaces, or cannot be used
 */
export async function hashesInStudy(store: Store, study: StudyDoc, functions: readonly string[]): Promise<string[]> {
  const hashes: string[] = [];
  for (const name of functions) {
    const hash = await hashOfName(store, study, name);
    const found = hash === undefined ? null : await store.functions.get(hash);
    if (!found || !(await store.functions.isIn(study.spaces, found._id))) {
      throw new AquasurfError(
        'FUNCTION_NOT_IN_STUDY',
        `${name} is not in study ${study._id}: add it with \`aquasurf populate ${study._id} --fn "${name}" --wait\``,
      );
    }
    if (!found.usable) {
      throw new AquasurfError(
        'FUNCTION_NOT_IN_STUDY',
        `${name} has outputs that are not finite or all equal: it cannot be used`,
      );
    }
    hashes.push(found._id);
  }
  return [...new Set(hashes)];
}
