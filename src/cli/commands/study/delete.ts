import type { Command } from 'commander';
import { examples, YES_FLAG } from '../../help.js';

export function registerStudyDelete(study: Command): void {
  const command = study
    .command('delete')
    .summary('delete a study and its results')
    .description(
      'Deletes a study with its trials, results and Fisher features. Functions with their output features stay: other studies share them.',
    )
    .argument('<name>', 'the study')
    .option(...YES_FLAG)
    .action(deleteAction);
  examples(command, [
    ['aquasurf study delete digits', 'asks, then deletes'],
    ['aquasurf study delete digits --yes', 'for scripts'],
  ]);
}

async function deleteAction(name: string, flags: { yes?: boolean }): Promise<void> {
  const { checkCanAsk, confirmed } = await import('../../confirm.js');
  checkCanAsk(flags, `aquasurf study delete ${name}`);
  const [{ withStudy }, { notify }] = await Promise.all([
    import('../../command-context.js'),
    import('../../output.js'),
  ]);
  await withStudy(name, async (study, { pipeline }) => {
    // A document that is malformed can be deleted; a study that is not there is told as everywhere.
    if (!(await pipeline.store.studies.exists(name))) await study.info();
    const { done } = await pipeline.store.trials.statusCounts(name);
    if (!(await confirmed(flags, `Delete study ${name} with the results of ${done} trials?`))) {
      return notify('nothing deleted');
    }
    await study.delete();
    notify(`deleted study ${name}`);
  });
}
