import { type Command, Option } from 'commander';
import { KEPT_OF_TASK, type KeptOfTask } from '../../../store/task-of-study.js';
import { examples, JSON_FLAG, TASKS_FLAG } from '../../help.js';

interface UpdateFlags {
  keep?: KeptOfTask;
  tasks?: string;
  json?: boolean;
}

export function registerStudyUpdateTask(study: Command): void {
  const command = study
    .command('update-task')
    .summary('go on with a task whose source or data have changed')
    .description(
      `Workers refuse a study whose task, or its data, are not those that it was made with. This tries the task as it is now, as \`study create\` does, and makes the study go on with it; a running search ends. The study keeps a record of it.

Say what stays: Fisher features where only the training changed, results where only Fisher settings did, both where neither can be different. What does not stay is forgotten. A study that has none of them needs no --keep, and \`populate\` and \`fisher\` update it by themselves.`,
    )
    .argument('<name>', 'the study')
    .addOption(new Option('--keep <what>', 'what stays of features and results').choices(KEPT_OF_TASK))
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(updateAction);
  examples(command, [
    ['aquasurf study update-task mine --tasks ./tasks --keep features', 'the recipe of the training has changed'],
    [
      'aquasurf study update-task mine --keep both',
      'only a comment has changed, or the data shall be compared from now on',
    ],
  ]);
}

async function updateAction(name: string, flags: UpdateFlags): Promise<void> {
  const [{ withStudy }, { taskFolders }, { studyView, studyText }, { printResult }] = await Promise.all([
    import('../../command-context.js'),
    import('../../operators-option.js'),
    import('./study-view.js'),
    import('../../output.js'),
  ]);
  const folders = taskFolders(flags.tasks);
  await withStudy(
    name,
    async (study, { pipeline }) => {
      const before = (await study.info()).task;
      const { task } = await study.updateTask(flags.keep);
      const changed = task.sourceHash !== before.sourceHash || task.dataHash !== before.dataHash;
      const view = await studyView(pipeline.store, name);
      const said = changed ? 'goes on with its task as it is now' : 'has its task as it is now already';
      printResult(view, flags, () => `study ${name} ${said}\n${studyText(view)}`);
    },
    folders,
  );
}
