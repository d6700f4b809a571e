import type { Command } from 'commander';
import { notNegative } from './option-values.js';

/** The "Examples:" block below a command's options: each example with what it does. */
export function examples(command: Command, lines: readonly (readonly [example: string, meaning: string])[]): Command {
  const block = lines.map(([example, meaning]) => `  $ ${example}\n      ${meaning}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${block}`);
}

export const JSON_FLAG = ['--json', 'print the result as JSON on stdout'] as const;
export const YES_FLAG = ['--yes', 'do not ask first (needed where there is no terminal)'] as const;
export const TASKS_FLAG = ['--tasks <dir>', 'look for tasks and operators in this folder (or module) too'] as const;
export const OPERATORS_FLAG = [
  '--operators <set>',
  'read the expression with this set of operators of your own',
] as const;
export const WAIT_FLAG = ['--wait', 'follow the work to its end (Ctrl-C ends the watching, not the work)'] as const;
export const PATIENCE_FLAG = [
  '--patience-seconds <s>',
  'with --wait: how long Redis and MongoDB may be away before it gives up',
  notNegative,
  600,
] as const;
