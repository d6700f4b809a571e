import type { Command } from 'commander';
import { examples, YES_FLAG } from '../help.js';

export function registerClean(program: Command): void {
  const command = program
    .command('clean')
    .summary('forget all results of a study, keep the features')
    .description(
      'Forgets every result of a study: all its functions are waiting again. Output features and Fisher features stay. A running search ends first.',
    )
    .argument('<study>', 'the study')
    .option(...YES_FLAG)
    .action(cleanAction);
  examples(command, [
    ['aquasurf clean digits', 'asks, then forgets'],
    ['aquasurf clean digits --yes && aquasurf search digits --trials 20', 'the same search once more'],
  ]);
}

async function cleanAction(name: string, flags: { yes?: boolean }): Promise<void> {
  const { checkCanAsk, confirmed } = await import('../confirm.js');
  checkCanAsk(flags, `aquasurf clean ${name}`);
  const [{ withStudy }, { notify }] = await Promise.all([import('../command-context.js'), import('../output.js')]);
  await withStudy(name, async (study) => {
    const { trials } = await study.progress();
    const question = `Forget the results of ${trials.done} trials of study ${name} (${trials.running} running)?`;
    if (!(await confirmed(flags, question))) return notify('nothing changed');
    await study.clean();
    notify(`study ${name}: forgot the results of ${trials.done} trials; features are kept`);
  });
}
