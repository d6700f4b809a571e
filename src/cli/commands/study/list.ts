import type { Command } from 'commander';
import { examples, JSON_FLAG } from '../../help.js';

export function registerStudyList(study: Command): void {
  const command = study
    .command('list')
    .summary('list all studies')
    .description(
      'Lists all studies of the database with their tasks and how far they are. One whose document is malformed is named with what is wrong (in JSON as {name, error}) and does not hide the others.',
    )
    .option(...JSON_FLAG)
    .action(listAction);
  examples(command, [
    ['aquasurf study list', 'a table'],
    ['aquasurf study list --json | jq -r ".[].name"', 'their names, for a script'],
  ]);
}

async function listAction(flags: { json?: boolean }): Promise<void> {
  const [{ withPipeline }, { print, printResult, table, notify }] = await Promise.all([
    import('../../command-context.js'),
    import('../../output.js'),
  ]);
  await withPipeline(async ({ pipeline: { store } }) => {
    const { studies, malformed } = await store.studies.list();
    const rows = await Promise.all(
      studies.map(async ({ _id: name, task, metric, direction, search, createdAt }) => {
        const { done, running } = await store.trials.statusCounts(name);
        return { name, task: task.name, metric, direction, done, running, search: search.state, createdAt };
      }),
    );
    const broken = malformed.map(({ name, error }) => ({ name, error: error.message }));
    if (flags.json) return printResult([...rows, ...broken], flags, () => '');
    for (const { error } of broken) notify(`left out: ${error}`);
    if (rows.length === 0 && broken.length === 0) notify('no studies yet: make one with `aquasurf study create`');
    if (rows.length === 0) return;
    print(
      await table(
        [
          { head: 'study', value: ({ name }) => name },
          { head: 'task', value: ({ task }) => task },
          { head: 'optimises', value: ({ metric, direction }) => `${metric} ${direction}` },
          { head: 'done', value: ({ done }) => done, align: 'right' },
          { head: 'running', value: ({ running }) => running, align: 'right' },
          { head: 'search', value: ({ search }) => (search === 'none' ? '-' : search) },
          { head: 'created', value: ({ createdAt }) => createdAt.toISOString().slice(0, 16).replace('T', ' ') },
        ],
        rows,
      ),
    );
  });
}
