import { checkOperatorsApart } from '../../compute/check-operators.js';
import type { Config } from '../../config.js';
import { operatorSetId } from '../../domain/operators/index.js';
import { errorLine } from '../../errors.js';
import { createLogger } from '../../log.js';
import { findModules } from '../../nn/tasks/task-registry.js';
import { type Check, fail, ok } from './check.js';

/** The operator sets that studies can name; the gradients of those of one's own are checked. */
export async function checkOperatorSets(config: Config, tasksDir: string | undefined): Promise<Check> {
  const { backend, cacheDir, projectDir } = config;
  try {
    const { modules } = await findModules({ projectDir, ...(tasksDir === undefined ? {} : { tasksDir }) });
    const sets = modules.flatMap(({ path, operators }) => operators.map((set) => ({ set, path })));
    const settings = { backend, cacheDir, projectDir, tasksDir, threads: 1 };
    for (const { set } of sets) await checkOperatorsApart(set, settings, createLogger({ level: 'error' }));
    const own = sets.map(({ set, path }) => `${operatorSetId(set)} (${path}: ${[...(set.own ?? [])].join(', ')})`);
    return ok('operators', ['standard@1', 'all@1', ...own].join(', '));
  } catch (error) {
    return fail('operators', errorLine(error), 'correct the operator, see docs/operators.md');
  }
}
