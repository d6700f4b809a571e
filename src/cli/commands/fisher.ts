import { type Command, Option } from 'commander';
import { examples, JSON_FLAG, PATIENCE_FLAG, TASKS_FLAG, WAIT_FLAG } from '../help.js';
import { collect, wholeNumber } from '../option-values.js';

interface FisherFlags {
  limit?: number;
  next?: number;
  fn?: string[];
  fromScratch?: boolean;
  tasks?: string;
  wait?: boolean;
  patienceSeconds: number;
  json?: boolean;
}

export function registerFisher(program: Command): void {
  const command = program
    .command('fisher')
    .summary("compute Fisher features: what the study's network makes of its functions")
    .description(
      "Enqueues the eigenvalue jobs of the study's functions, the baselines first, then others in a random order that the study's seed fixes. Only functions with Fisher features are ever suggested. Workers do the jobs and fit the surrogate when they are done.",
    )
    .argument('<study>', 'the study')
    .option(
      '--limit <n>',
      'random functions that shall have features, those that have them counted; the baselines come on top (default: all)',
      wholeNumber(1),
    )
    .addOption(
      new Option(
        '--next <n>',
        'so many more: those that outputs alone predict to be good from the trials so far, neighbours of the best, and a quarter at random',
      )
        .argParser(wholeNumber(1))
        .conflicts(['limit', 'fn', 'fromScratch']),
    )
    .option('--fn <expression>', 'this function instead of random ones; may be given several times', collect)
    .option('--from-scratch', 'compute again what is there')
    .option(...TASKS_FLAG)
    .option(...WAIT_FLAG)
    .option(...PATIENCE_FLAG)
    .option(...JSON_FLAG)
    .action(fisherAction);
  examples(command, [
    ['aquasurf fisher digits --limit 100 --wait', '100 random functions and the baselines, with a progress bar'],
    ['aquasurf fisher digits --next 200', 'in the middle of a search: 200 more where it looks promising'],
    ['aquasurf fisher digits --fn "max(relu(x),tanh(x))"', 'one function of the space'],
  ]);
}

async function fisherAction(name: string, flags: FisherFlags): Promise<void> {
  const { checkFunctions, taskFolders } = await import('../operators-option.js');
  await checkFunctions(flags.fn ?? [], taskFolders(flags.tasks));
  const [{ withStudy }, { follow }, { checkNoneFailed, failuresDuring }, { hintAtWorkers }, { printResult }] =
    await Promise.all([
      import('../command-context.js'),
      import('../follow/follow.js'),
      import('../follow/outcome.js'),
      import('../follow/worker-hint.js'),
      import('../output.js'),
    ]);
  await withStudy(
    name,
    async (study, { pipeline, addresses, interruption }) => {
      const enqueued = await study.fisher({
        fromScratch: flags.fromScratch ?? false,
        ...(flags.limit === undefined ? {} : { limit: flags.limit }),
        ...(flags.next === undefined ? {} : { next: flags.next }),
        ...(flags.fn === undefined ? {} : { functions: flags.fn }),
      });
      const wait = () =>
        follow(study, ['fisher', 'embedding'], {
          pipeline,
          addresses,
          signal: interruption.first,
          patienceSeconds: flags.patienceSeconds,
        });
      const failures = flags.wait ? await failuresDuring(pipeline.store, name, 'fisher', wait) : undefined;
      const { fisher } = await study.progress();
      printResult(
        { enqueued, ...fisher },
        flags,
        ({ defined, undefined: bad, failed, owed }) =>
          `study ${name}: ${enqueued} functions enqueued; features: ${defined} defined, ${bad} undefined, ${failed} failed, ${owed} owed`,
      );
      if (failures) checkNoneFailed('functions', name, failures);
      if (fisher.owed > 0) await hintAtWorkers(pipeline.queues, 'fisher-eigenvalues');
    },
    taskFolders(flags.tasks),
  );
}
