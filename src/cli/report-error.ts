import type { Command, CommanderError } from 'commander';
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
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\(Did you mean (.*?)\?\)$/, '(did you mean $1?)')
    .replace(/\.$/, '');
  return `${message}; see \`${commandPath(program, argv)} --help\``;
}

/** The command that the words of the line lead to, e.g. `aquasurf study create`. */
function commandPath(program: Command, argv: readonly string[]): string {
  const path = [program.name()];
  let command = program;
  for (const word of argv.filter((argument) => !argument.startsWith('-'))) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (!next) break;
    path.push(word);
    command = next;
  }
  return path.join(' ');
}
