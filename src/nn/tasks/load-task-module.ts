import { extname } from 'node:path';
import { createJiti } from 'jiti';
import type { OperatorSet } from '../../domain/operators/types.js';
import { AquasurfError, errorLine } from '../../errors.js';
import type { TaskDefinition } from '../task.js';
import { moduleSourceHash } from './module-source.js';
import { meansOperators, parseOperators } from './operators-schema.js';
import { parseTask } from './task-schema.js';

export interface TaskModule {
  path: string;
  tasks: TaskDefinition[];
  operators: OperatorSet[];
  sourceHash: string;
}

/**
 * Loads a module, in JavaScript or TypeScript, whose default export is a task, a set of operators, or a list of such.
 * `aquasurf` in it is this package, as loaded in this process, wherever the module lies. Nothing is cached: a module
 * that was changed is loaded anew.
 * @throws AquasurfError TASK_INVALID when it does not load or exports something else, OPERATOR_INVALID
 */
export async function loadTaskModule(path: string): Promise<TaskModule> {
  const jiti = createJiti(import.meta.url, {
    // With it, a module without a default export would be its own default.
    interopDefault: false,
    moduleCache: false,
    fsCache: false,
    virtualModules: { aquasurf: await thisPackage() },
  });
  let exported: unknown;
  try {
    exported = (await jiti.import<{ default?: unknown }>(path)).default;
  } catch (error) {
    throw new AquasurfError('TASK_INVALID', `${path} does not load: ${errorLine(error)}`, { cause: error });
  }
  if (typeof exported !== 'object' || exported === null || (Array.isArray(exported) && exported.length === 0)) {
    const mend = '`export default defineTask({ ... })` or `defineOperators({ ... })`, or a list of such';
    throw new AquasurfError('TASK_INVALID', `${path} has no task as its default export; expected ${mend}`);
  }
  const values: unknown[] = Array.isArray(exported) ? exported : [exported];
  const sourceHash = moduleSourceHash(path);
  const operators = values.filter(meansOperators).map((value) => parseOperators(value, path, sourceHash));
  const tasks = values.filter((value) => !meansOperators(value)).map((value) => parseTask(value, path, operators));
  return { path, tasks, operators, sourceHash };
}

/** The package's root module, beside which this file lies: `.ts` in a clone's tests, `.js` when compiled. */
async function thisPackage(): Promise<Record<string, unknown>> {
  const root = new URL(`../../index${extname(import.meta.url)}`, import.meta.url);
  return (await import(root.href)) as Record<string, unknown>;
}
