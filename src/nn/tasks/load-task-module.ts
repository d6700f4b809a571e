import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { OperatorSet } from '../../domain/operators/types.js';
import { AquasurfError, errorLine } from '../../errors.js';
import type { TaskDefinition } from '../task.js';
import { importGuest, syntaxFault } from './guest-module.js';
import { moduleSourceHash } from './module-source.js';
import { meansOperators, parseOperators } from './operators-schema.js';
import { parseTask } from './task-schema.js';

export interface TaskModule {
  path: string;
  tasks: TaskDefinition[];
  operators: OperatorSet[];
  sourceHash: string;
  /** What is wrong with other tasks and operators of the module. */
  broken: AquasurfError[];
}

/** A default export, in ESM, CommonJS or TypeScript's form of that. */
const DEFAULT_EXPORT =
  /\bexport\s+default\b|\bexport\s*\{[^}]*\bdefault\b|\bexport\s*=|\bmodule\.exports\b|\bexports\.default\b/;

/** Whether a module's text has a default export. */
export const exportsDefault = (text: string): boolean => DEFAULT_EXPORT.test(text);

/**
 * Loads a module whose default export is a task, a set of operators, or a list of such (guest-module.ts says how).
 * One that is not valid does not hide the others, and a module without a default export, a script perhaps, is not run.
 * @throws AquasurfError TASK_INVALID when it does not load or exports something else
 */
export async function loadTaskModule(path: string): Promise<TaskModule> {
  const mend = '`export default defineTask({ ... })` or `defineOperators({ ... })`, or a list of such';
  const noTask = new AquasurfError('TASK_INVALID', `${path} has no task as its default export; expected ${mend}`);
  const text = readFileSync(path, 'utf8');
  if (!exportsDefault(text)) {
    const fault = syntaxFault(path, text);
    throw fault === undefined ? noTask : new AquasurfError('TASK_INVALID', `${path} does not load: ${fault}`);
  }
  const aquasurf = await thisPackage();
  let exported: unknown;
  try {
    exported = await importGuest(path, aquasurf);
  } catch (error) {
    throw new AquasurfError('TASK_INVALID', `${path} does not load: ${reasonOf(error)}`, { cause: error });
  }
  if (typeof exported !== 'object' || exported === null || (Array.isArray(exported) && exported.length === 0)) {
    throw noTask;
  }
  const values: unknown[] = Array.isArray(exported) ? exported : [exported];
  const sourceHash = moduleSourceHash(path);
  const broken: AquasurfError[] = [];
  const valid = <T>(parse: () => T): T[] => {
    try {
      return [parse()];
    } catch (error) {
      if (!(error instanceof AquasurfError)) throw error;
      broken.push(error);
      return [];
    }
  };
  const operators = values
    .filter(meansOperators)
    .flatMap((value) => valid(() => parseOperators(value, path, sourceHash)));
  const tasks = values
    .filter((value) => !meansOperators(value))
    .flatMap((value) => valid(() => parseTask(value, path, operators)));
  return { path, tasks, operators, sourceHash, broken };
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
