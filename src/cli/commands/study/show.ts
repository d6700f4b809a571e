import type { Command } from 'commander';
import { examples, JSON_FLAG } from '../../help.js';

export function registerStudyShow(study: Command): void {
  const command = study
    .command('show')
    .summary('show one study')
    .description('Shows the settings of a study, its spaces, and how far each stage is.')
    .argument('<name>', 'the study')
    .option(...JSON_FLAG)
    .action(showAction);
  examples(command, [
    ['aquasurf study show quickstart', 'settings and progress'],
    ['aquasurf study show quickstart --json | jq .progress.trials', 'how many trials are in which state'],
  ]);
}

async function showAction(name: string, flags: { json?: boolean }): Promise<void> {
  const [{ withPipeline }, { studyText, studyView }, { printResult }] = await Promise.all([
    import('../../command-context.js'),
    import('./study-view.js'),
    import('../../output.js'),
  ]);
  await withPipeline(async ({ pipeline }) => printResult(await studyView(pipeline.store, name), flags, studyText));
}
