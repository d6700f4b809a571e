import { extname } from 'node:path';
import type { OperatorSet } from '../../domain/operators/types.js';
import { AquasurfError, errorLine } from '../../errors.js';
import type { TaskDefinition } from '../task.js';
import { importGuest } from './guest-module.js';
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
 * Loads a module whose default export is a task, a set of operators, or a list of such (guest-module.ts says how).
 * @throws AquasurfError TASK_INVALID when it does not load or exports something else, OPERATOR_INVALID
 */
export async function loadTaskModule(path: string): Promise<TaskModule> {
  const aquasurf = await thisPackage();
  let exported: unknown;
  try {
    exported = await importGuest(path, aquasurf);
  } catch (error) {
    throw new AquasurfError('TASK_INVALID', `${path} does not load: ${reasonOf(error)}`, { cause: error });
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

/** The first line; of a parse error also the second, which holds the place. */
function reasonOf(error: unknown): string {
  const place = error instanceof Error && /^ParseError: .*\n\s*(\S+:\d+:\d+)/.exec(error.message)?.[1];
  return place ? `${errorLine(error).trim()} at ${place}` : errorLine(error);
}

/** The package's root module, beside which this file lies: `.ts` in a clone's tests, `.js` when compiled. */
async function thisPackage(): Promise<Record<string, unknown>> {
  const root = new URL(`../../index${extname(import.meta.url)}`, import.meta.url);
  return (await import(root.href)) as Record<string, unknown>;
}
