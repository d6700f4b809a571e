import type { Command } from 'commander';
import { examples, YES_FLAG } from '../help.js';

export function registerSoftClean(program: Command): void {
  const command = program
    .command('soft-clean')
    .summary('make running and failed trials wait again')
    .description(
      'Resets only trials without a validation accuracy or loss, that is, running and failed ones, and those whose training gave none; other results are kept. A running search ends first. Not needed after a crash: leases that expire do the same.',
    )
    .argument('<study>', 'the study')
    .option(...YES_FLAG)
    .action(softCleanAction);
  examples(command, [['aquasurf soft-clean digits', 'asks, then resets what has no result']]);
}

async function softCleanAction(name: string, flags: { yes?: boolean }): Promise<void> {
  const { checkCanAsk, confirmed } = await import('../confirm.js');
  checkCanAsk(flags, `aquasurf soft-clean ${name}`);
  const [{ withStudy }, { notify }] = await Promise.all([import('../command-context.js'), import('../output.js')]);
  await withStudy(name, async (study) => {
    const { running, failed } = (await study.progress()).trials;
    const question = `Reset ${running} running and ${failed} failed trials of study ${name}?`;
    if (!(await confirmed(flags, question))) return notify('nothing changed');
    await study.softClean();
    notify(`study ${name}: ${running} running and ${failed} failed trials wait again`);
  });
}
