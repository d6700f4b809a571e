import { AquasurfError } from '../errors.js';
import { Interrupted } from './interruption.js';

/**
 * To be called before anything is opened.
 * @throws AquasurfError USAGE where nobody can answer
 */
export function checkCanAsk(flags: { yes?: boolean }, command: string): void {
  if (flags.yes || process.stdin.isTTY) return;
  throw new AquasurfError(
    'USAGE',
    `\`${command}\` asks before it deletes, and this is no terminal: give --yes to agree beforehand`,
  );
}

/**
 * Asks a yes-or-no question on stderr; no is what Enter means.
 * @throws Interrupted for Ctrl-C
 */
export async function confirmed(flags: { yes?: boolean }, question: string): Promise<boolean> {
  if (flags.yes) return true;
  const { confirm } = await import('@inquirer/prompts');
  try {
    return await confirm({ message: question, default: false }, { output: process.stderr });
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') throw new Interrupted();
    throw error;
  }
}
