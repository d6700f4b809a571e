import type { Command, CommanderError } from 'commander';
import { nearestNames } from '../domain/expression/nearest-names.js';
import { AquasurfError, errorLine } from '../errors.js';
import { Interrupted } from './interruption.js';

/** 2 for wrong usage, malformed expressions and schemas included; 130 for Ctrl-C; 1 for the rest. */
export function exitCodeOf(error: unknown): number {
  return error instanceof AquasurfError || error instanceof Interrupted ? error.exitCode : 1;
}

/** One line on stderr; with `verbose` the stack and what caused it below. */
export function reportError(error: unknown, verbose: boolean): void {
  process.stderr.write(`aquasurf: ${errorLine(error)}\n`);
  if (!verbose) return;
  for (let cause = error; cause instanceof Error; cause = cause.cause) process.stderr.write(`${cause.stack}\n`);
}

/** Commander's message as one line, with the help that explains it. */
export function usageLine(error: CommanderError, program: Command, argv: readonly string[]): string {
  const misspelt = error.code === MISSING ? misspeltOption(program, argv) : undefined;
  if (misspelt) return `${misspelt}; see \`${commandPath(program, argv)} --help\``;
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\(Did you mean (.*?)\?\)$/, '(did you mean $1?)')
    .replace(/\.$/, '');
  return `${message}; see \`${commandPath(program, argv)} --help\``;
}

const MISSING = 'commander.missingMandatoryOptionValue';

/** Commander looks for options that are missing before those that it does not know: `--trial 3` is one for both. */
function misspeltOption(program: Command, argv: readonly string[]): string | undefined {
  const [last] = commandsOf(program, argv).slice(-1);
  const known = [...(last?.options ?? []), ...program.options].flatMap(({ long }) => long ?? []);
  const given = argv.map((word) => word.replace(/=.*/s, '')).filter((word) => /^--./.test(word));
  const wrong = given.find((option) => option !== '--help' && !known.includes(option));
  if (wrong === undefined) return undefined;
  const near = nearestNames(wrong, known);
  return `unknown option '${wrong}'${near.length > 0 ? ` (did you mean ${near.join(' or ')}?)` : ''}`;
}

/** The command that the words of the line lead to, e.g. `aquasurf study create`. */
const commandPath = (program: Command, argv: readonly string[]): string =>
  commandsOf(program, argv)
    .map((command) => command.name())
    .join(' ');

function commandsOf(program: Command, argv: readonly string[]): Command[] {
  const path = [program];
  let command = program;
  for (const word of argv.filter((argument) => !argument.startsWith('-'))) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (!next) break;
    path.push(next);
    command = next;
  }
  return path;
}
