import type { Command } from 'commander';
import { examples, JSON_FLAG } from '../help.js';

export function registerSummary(program: Command): void {
  const command = program
    .command('summary')
    .summary('the figures of a study')
    .description(
      'Prints how many functions a study has, how many are unique, have eigenvalues, are evaluated or running, and the best so far.',
    )
    .argument('<study>', 'the study')
    .option(...JSON_FLAG)
    .action(summaryAction);
  examples(command, [
    ['aquasurf summary quickstart', 'six lines'],
    ['aquasurf summary quickstart --json | jq .evaluated', 'one figure, for a script'],
  ]);
}

async function summaryAction(name: string, flags: { json?: boolean }): Promise<void> {
  const [{ withStudy }, { summaryText }, { printResult }] = await Promise.all([
    import('../command-context.js'),
    import('../summary-text.js'),
    import('../output.js'),
  ]);
  await withStudy(name, async (study) => printResult(await study.summary(), flags, summaryText));
}
