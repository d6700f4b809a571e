import type { Command } from 'commander';
import { examples, JSON_FLAG, PATIENCE_FLAG, TASKS_FLAG, WAIT_FLAG } from '../help.js';
import { collect, wholeNumber } from '../option-values.js';

interface TrainFlags {
  fn?: string[];
  all?: boolean;
  seeds: number;
  tasks?: string;
  wait?: boolean;
  patienceSeconds: number;
  json?: boolean;
}

export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .summary('train functions that you name, or all, without a search')
    .description(
      `Enqueues trainings of functions of the study, each with several seeds: the study's seed, and those after it. Runs that are there count, so that asking again adds only what is missing. Results join those of the search. Functions need no Fisher features for it.

A function that gets its first result so is a trial of the study like any other: it takes the lowest free number, and "search --trials" counts it. To search after a table of 100 functions, ask for more than 100 trials, or search in another study: functions and their output features are shared, trials are not.`,
    )
    .argument('<study>', 'the study')
    .option('--fn <expression>', 'this function; may be given several times', collect)
    .option('--all', 'all usable functions of the study')
    .option('--seeds <k>', 'runs that each function shall have', wholeNumber(1, 1000), 1)
    .option(...TASKS_FLAG)
    .option(...WAIT_FLAG)
    .option(...PATIENCE_FLAG)
    .option(...JSON_FLAG)
    .action(trainAction);
  examples(command, [
    ['aquasurf train digits --fn "mish(x)" --fn "gelu(x)" --seeds 5 --wait', 'two functions, five seeds each'],
    ['aquasurf train small --all --seeds 3', 'a table of all functions of a small space'],
  ]);
}

async function trainAction(name: string, flags: TrainFlags): Promise<void> {
  const [{ AquasurfError }, { checkFunctions, taskFolders }] = await Promise.all([
    import('../../errors.js'),
    import('../operators-option.js'),
  ]);
  if ((flags.fn === undefined) === !flags.all) {
    throw new AquasurfError('USAGE', 'train: name functions with --fn, or give --all for all of the study');
  }
  await checkFunctions(flags.fn ?? [], taskFolders(flags.tasks));
  const [{ withStudy }, { follow }, { checkNoneFailed, failuresDuring }, { hintAtWorkers }, { printResult }] =
    await Promise.all([
      import('../command-context.js'),
      import('../follow/follow.js'),
      import('../follow/outcome.js'),
      import('../follow/worker-hint.js'),
      import('../output.js'),
    ]);
  await withStudy(name, async (study, { pipeline, addresses, interruption }) => {
    const enqueued = await study.train({ seeds: flags.seeds, ...(flags.fn ? { functions: flags.fn } : {}) });
    const wait = () =>
      follow(study, ['retraining'], {
        pipeline,
        addresses,
        signal: interruption.first,
        patienceSeconds: flags.patienceSeconds,
      });
    const failures = flags.wait ? await failuresDuring(pipeline.store, name, 'retraining', wait) : undefined;
    const { owed, failed, runs } = (await study.progress()).retraining;
    printResult(
      { enqueued, runs, owed, failed },
      flags,
      () => `study ${name}: ${enqueued} trainings enqueued; ${runs} runs there, ${owed} owed, ${failed} failed`,
    );
    if (failures) checkNoneFailed('trainings', name, failures);
    if (owed > 0) await hintAtWorkers(pipeline.queues, 'retraining');
  });
}
