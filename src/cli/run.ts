import { CommanderError } from 'commander';
import { createProgram } from './program.js';
import { exitCodeOf, reportError, usageLine } from './report-error.js';

/** Codes with which commander ends a command that has printed what was asked for. */
const ANSWERED = new Set(['commander.helpDisplayed', 'commander.version']);
/** `aquasurf` or `aquasurf study` alone: commander has printed the help. */
const HELP_INSTEAD = 'commander.help';

/**
 * Runs one command line.
 * @param argv without the interpreter and the script
 * @returns the exit code: 0, 1 (failed), 2 (usage), 130 (interrupted)
 */
export async function run(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      reportError(error, program.opts<{ verbose?: boolean }>().verbose ?? false);
      return exitCodeOf(error);
    }
    if (ANSWERED.has(error.code)) return 0;
    // `aquasurf help populate` ends like help in place of a command, but was asked for.
    if (error.code === HELP_INSTEAD) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`aquasurf: ${usageLine(error, program, argv)}\n`);
    return 2;
  }
}
