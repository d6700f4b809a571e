import type { Command } from 'commander';
import { examples, JSON_FLAG, PATIENCE_FLAG, WAIT_FLAG } from '../help.js';
import { hours, parallelism, wholeNumber } from '../option-values.js';

interface SearchFlags {
  trials: number;
  parallel: number | 'auto';
  hours?: number;
  patience?: number;
  wait?: boolean;
  patienceSeconds: number;
  json?: boolean;
}

export function registerSearch(program: Command): void {
  const command = program
    .command('search')
    .summary('train the functions that the surrogate suggests')
    .description(
      'Enqueues training slots until N trials of the study are done, those that are done already counted. The worker that starts a slot asks for its function then, with the newest results. Called again, it changes the limits of the search that runs. `pause`, `resume` and `stop` act on it.',
    )
    .argument('<study>', 'the study')
    .requiredOption('--trials <n>', 'trials wanted in all', wholeNumber(1, 1_000_000))
    .option('--parallel <k>', 'trials running at once at most; auto: as many as there are workers', parallelism, 'auto')
    .option('--hours <h>', 'start no trial after so many hours', hours)
    .option('--patience <n>', 'stop after so many trials in a row that brought nothing better', wholeNumber(1))
    .option(...WAIT_FLAG)
    .option(...PATIENCE_FLAG)
    .option(...JSON_FLAG)
    .action(searchAction);
  examples(command, [
    ['aquasurf search digits --trials 50 --wait', 'until 50 trials are done, with a progress bar'],
    ['aquasurf search digits --trials 500 --hours 8 --patience 60', 'overnight; sooner when nothing improves'],
    ['aquasurf pause digits; aquasurf resume digits; aquasurf stop digits', 'while it runs'],
  ]);
}

async function searchAction(name: string, flags: SearchFlags): Promise<void> {
  const [{ withStudy }, { follow }, { checkTrialsDone }, { hintAtWorkers }, { printResult }] = await Promise.all([
    import('../command-context.js'),
    import('../follow/follow.js'),
    import('../follow/outcome.js'),
    import('../follow/worker-hint.js'),
    import('../output.js'),
  ]);
  await withStudy(name, async (study, { pipeline, addresses, interruption }) => {
    await study.search({
      trials: flags.trials,
      parallel: flags.parallel,
      ...(flags.hours === undefined ? {} : { hours: flags.hours }),
      ...(flags.patience === undefined ? {} : { patience: flags.patience }),
    });
    if (flags.wait)
      await follow(study, ['search'], {
        pipeline,
        addresses,
        signal: interruption.first,
        patienceSeconds: flags.patienceSeconds,
      });
    const { trials, search } = await study.progress();
    printResult({ ...search, ...trials }, flags, ({ state, reason, done, running, failed }) => {
      const why = reason ? ` (${reason})` : '';
      return `study ${name}: search ${state}${why}; ${done} of ${flags.trials} trials done, ${running} running, ${failed} failed`;
    });
    if (flags.wait) await checkTrialsDone(pipeline.store, await study.info());
    if (!search.complete) await hintAtWorkers(pipeline.queues, 'training');
  });
}
