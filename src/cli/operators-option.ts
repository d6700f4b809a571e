import { resolve } from 'node:path';
import { loadConfig } from '../config.js';
import { parseExpression } from '../domain/expression/expression.js';
import { ExpressionError } from '../domain/expression/expression-error.js';
import type { OperatorSet } from '../domain/operators/types.js';
import { resolveOperators } from '../nn/tasks/operator-registry.js';
import { findModules, type TaskFolders } from '../nn/tasks/task-registry.js';

/** Where modules of tasks and operators are looked for, given `--tasks`. */
export function taskFolders(tasks: string | undefined): TaskFolders {
  const { projectDir } = loadConfig();
  return { projectDir, ...(tasks === undefined ? {} : { tasksDir: resolve(tasks) }) };
}

/**
 * The set that `--operators` names, read from modules in reach; undefined without the option: the built-in ones.
 * @throws AquasurfError OPERATORS_NOT_FOUND, OPERATOR_INVALID
 */
export async function operatorsOption({
  operators,
  tasks,
}: {
  operators?: string;
  tasks?: string;
}): Promise<OperatorSet | undefined> {
  return operators === undefined ? undefined : resolveOperators(operators, taskFolders(tasks));
}

/**
 * Checks functions before anything is connected to: they must be ones over the built-in operators, or over some
 * operators of one's own in reach; which those of the study are shows later.
 * @throws ExpressionError
 */
export async function checkFunctions(functions: readonly string[], folders: TaskFolders): Promise<void> {
  let own: OperatorSet[] | undefined;
  for (const text of functions) {
    const fault = faultOf(text);
    if (fault === undefined) continue;
    own ??= (await findModules(folders)).modules.flatMap(({ operators }) => operators);
    if (!own.some((set) => faultOf(text, set) === undefined)) throw fault;
  }
}

function faultOf(text: string, operators?: OperatorSet): ExpressionError | undefined {
  try {
    parseExpression(text, operators);
    return undefined;
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}
