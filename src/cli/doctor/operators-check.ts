import { checkOperatorsApart } from '../../compute/check-operators.js';
import { operatorSetId } from '../../domain/operators/index.js';
import { errorLine } from '../../errors.js';
import { findModules, type TaskFolders } from '../../nn/tasks/task-registry.js';
import { type Check, fail, ok } from './check.js';

/** The operator sets that studies can name; the gradients of those of one's own are checked. */
export async function checkOperatorSets(folders: TaskFolders): Promise<Check> {
  try {
    const { modules } = await findModules(folders);
    const sets = modules.flatMap(({ path, operators }) => operators.map((set) => ({ set, path })));
    for (const { set } of sets) await checkOperatorsApart(set, folders, 'error');
    const own = sets.map(({ set, path }) => `${operatorSetId(set)} (${path}: ${[...(set.own ?? [])].join(', ')})`);
    return ok('operators', ['standard@1', 'all@1', ...own].join(', '));
  } catch (error) {
    return fail('operators', errorLine(error), 'correct the operator, see docs/operators.md');
  }
}
