import { nearestNames } from '../../domain/expression/nearest-names.js';
import { isBuiltInSet, operatorSet, operatorSetId } from '../../domain/operators/index.js';
import type { OperatorReference } from '../../domain/operators/own-operators.js';
import type { OperatorSet } from '../../domain/operators/types.js';
import { AquasurfError } from '../../errors.js';
import { findModules, type TaskFolders } from './task-registry.js';

/**
 * The operator set of an id (`mine@1`) or name (`mine`: its newest version): built in, or of a module in
 * `aquasurf.config.*` or the tasks folder that exports `defineOperators({...})`. One value, built at each call.
 * @throws AquasurfError OPERATORS_NOT_FOUND with the known names; OPERATOR_INVALID when the module is broken, or the id
 * stands twice
 */
export async function resolveOperators(idOrName: string, folders: TaskFolders): Promise<OperatorSet> {
  if (isBuiltInSet(idOrName)) return operatorSet(idOrName);
  const { modules, broken } = await findModules(folders);
  const sets = modules.flatMap(({ path, operators }) => operators.map((set) => ({ set, path })));
  const found = sets
    .filter(({ set }) => set.name === idOrName || operatorSetId(set) === idOrName)
    .sort((a, b) => b.set.version - a.set.version);
  const [first, second] = found;
  if (first && second?.set.version === first.set.version) {
    const message = `two operator sets are ${operatorSetId(first.set)}: one in ${first.path}, one in ${second.path}`;
    throw new AquasurfError('OPERATOR_INVALID', `${message}; rename yours`);
  }
  if (first) return first.set;
  if (broken[0]) throw broken[0];
  const known = ['standard@1', 'all@1', ...sets.map(({ set }) => operatorSetId(set))];
  const near = nearestNames(
    idOrName,
    known.map((id) => id.replace(/@.*/, '')),
  );
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}? Known` : 'known';
  throw new AquasurfError(
    'OPERATORS_NOT_FOUND',
    `there is no operator set "${idOrName}"; ${hint} are ${known.join(', ')}. Operators of your own come from ` +
      `aquasurf.config.ts in ${folders.projectDir} or from the folder given with --tasks`,
  );
}

/**
 * The set that a study was made with.
 * @throws AquasurfError OPERATORS_CHANGED where the source is another now, and as `resolveOperators`
 */
export async function resolveReference(reference: OperatorReference, folders: TaskFolders): Promise<OperatorSet> {
  const set = await resolveOperators(reference.id, folders);
  if (set.sourceHash === reference.sourceHash) return set;
  throw new AquasurfError(
    'OPERATORS_CHANGED',
    `operators ${reference.id} are not those that the study was made with: the source of their module has changed. ` +
      'Results of two versions must not mix: restore the source, or raise the version and create a new study',
  );
}
