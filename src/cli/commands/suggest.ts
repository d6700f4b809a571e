import type { Command } from 'commander';
import type { Study } from '../../study.js';
import { examples, JSON_FLAG, TASKS_FLAG } from '../help.js';
import { duration } from '../option-values.js';

interface SuggestFlags {
  claim?: boolean;
  lease?: number;
  tasks?: string;
  json?: boolean;
}

export function registerSuggest(program: Command): void {
  const command = program
    .command('suggest')
    .summary("print the surrogate's next function, for training of your own")
    .description(
      'Prints the function that the surrogate would train next. With --claim it is taken as well, so that nobody else gets it for an hour (or --lease), and a token is given that `aquasurf report` wants. `extend` keeps it for longer, `release` hands it back, `fail` says that it cannot be trained.',
    )
    .argument('<study>', 'the study')
    .option('--claim', 'take the function')
    .option('--lease <time>', 'so long the claim lasts, e.g. 90m, 8h, 2d (default: 1h)', duration)
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(suggestAction);
  examples(command, [
    ['aquasurf suggest digits', 'the expression alone, on stdout'],
    ['aquasurf suggest digits --claim --lease 8h', 'nobody else gets it until tomorrow'],
    ['aquasurf suggest digits --claim --json', '{ fn, hash, number, lease: { token, ... } }, to train it elsewhere'],
  ]);
}

async function suggestAction(name: string, flags: SuggestFlags): Promise<void> {
  if (flags.lease !== undefined && !flags.claim) {
    const { AquasurfError } = await import('../../errors.js');
    throw new AquasurfError('USAGE', 'suggest: --lease is of a claim: give --claim as well');
  }
  const [{ withStudy }, { taskFolders }, { notify, printResult }] = await Promise.all([
    import('../command-context.js'),
    import('../operators-option.js'),
    import('../output.js'),
  ]);
  const ask = async (study: Study) => {
    if (!flags.claim) return printResult(await study.suggest(), flags, ({ fn }) => fn);
    const claimed = await study.claim(flags.lease);
    const { metric } = await study.info();
    printResult(claimed, flags, ({ fn }) => fn);
    if (flags.json) return;
    const { fn, number, lease } = claimed;
    notify(`claimed as trial ${number} until ${lease.expiresAt.toISOString()}; when it is trained:`);
    notify(
      `  aquasurf report ${name} "${fn}" ${metric === 'valAcc' ? '--val-acc ACCURACY' : '--val-loss LOSS'} --token ${lease.token}`,
    );
  };
  await withStudy(name, ask, taskFolders(flags.tasks));
}
