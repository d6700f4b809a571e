import type { Command } from 'commander';
import type { Study } from '../../study.js';
import { examples, JSON_FLAG, TASKS_FLAG } from '../help.js';

export function registerSuggest(program: Command): void {
  const command = program
    .command('suggest')
    .summary("print the surrogate's next function, for training of your own")
    .description(
      'Prints the function that the surrogate would train next. With --claim it is taken as well, so that nobody else gets it for an hour, and a token is given that `aquasurf report` wants.',
    )
    .argument('<study>', 'the study')
    .option('--claim', 'take the function')
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(suggestAction);
  examples(command, [
    ['aquasurf suggest digits', 'the expression alone, on stdout'],
    ['aquasurf suggest digits --claim --json', '{ fn, hash, number, lease: { token, ... } }, to train it elsewhere'],
  ]);
}

async function suggestAction(name: string, flags: { claim?: boolean; tasks?: string; json?: boolean }): Promise<void> {
  const [{ withStudy }, { taskFolders }, { notify, printResult }] = await Promise.all([
    import('../command-context.js'),
    import('../operators-option.js'),
    import('../output.js'),
  ]);
  const ask = async (study: Study) => {
    if (!flags.claim) return printResult(await study.suggest(), flags, ({ fn }) => fn);
    const claimed = await study.claim();
    printResult(claimed, flags, ({ fn }) => fn);
    if (flags.json) return;
    const { fn, number, lease } = claimed;
    notify(`claimed as trial ${number} until ${lease.expiresAt.toISOString()}; when it is trained:`);
    notify(`  aquasurf report ${name} "${fn}" --val-acc ACCURACY --token ${lease.token}`);
  };
  await withStudy(name, ask, taskFolders(flags.tasks));
}
