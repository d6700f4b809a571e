import type { Command } from 'commander';
import { examples, JSON_FLAG, PATIENCE_FLAG, TASKS_FLAG, WAIT_FLAG } from '../help.js';
import { collect, wholeNumber } from '../option-values.js';

interface PopulateFlags {
  schema?: string[];
  fn?: string[];
  space?: string[];
  sample?: number;
  seed: number;
  operators?: string;
  tasks?: string;
  wait?: boolean;
  patienceSeconds: number;
  json?: boolean;
}

export function registerPopulate(program: Command): void {
  const command = program
    .command('populate')
    .summary("compute a study's functions and their output features")
    .description(
      "Enqueues schema expansion and output features of the study's space, or of the schemas and functions given here, which are added to it. Workers do the jobs. What is done already is not done again, so it can be run at any time.",
    )
    .argument('<study>', 'the study')
    .option(
      '--schema <schema>',
      'add a schema, e.g. "unary(binary(unary(x),unary(x)))"; may be given several times',
      collect,
    )
    .option(
      '--fn <expression>',
      'add a function, e.g. "max(relu(x),cosh(elu(x)))"; may be given several times',
      collect,
    )
    .option('--space <preset>', 'add a preset: standard is the space of the paper, 1,023,524 functions', collect)
    .option('--sample <n>', 'of each added schema only so many distinct functions, chosen at random', wholeNumber(1))
    .option('--seed <k>', 'fixes the choice of --sample', wholeNumber(0), 0)
    .option(
      '--operators <set>',
      "operators that the added schemas range over: standard, all, or the study's (default: the study's)",
    )
    .option(...TASKS_FLAG)
    .option(...WAIT_FLAG)
    .option(...PATIENCE_FLAG)
    .option(...JSON_FLAG)
    .action(populateAction);
  examples(command, [
    ['aquasurf populate digits --wait', 'all of the space, with a progress bar'],
    [
      'aquasurf populate digits --schema "unary(unary(x))" --operators all',
      'adds a schema over all 31 unary operators',
    ],
    ['aquasurf populate digits --space standard --wait', 'adds the space of the paper'],
    [
      'aquasurf populate digits --schema "binary(unary(unary(x)),binary(unary(unary(x)),unary(unary(x))))" --sample 10000',
      'adds 10,000 of 18,983,603,961 functions',
    ],
    ['aquasurf populate digits --fn "mish(x)" --fn "gelu(x)" --wait', 'adds two functions'],
  ]);
}

async function populateAction(name: string, flags: PopulateFlags): Promise<void> {
  const [{ checkFunctions, taskFolders }, { resolveOperators }, { checkSpace, expandPresets, splitSpace }] =
    await Promise.all([
      import('../operators-option.js'),
      import('../../nn/tasks/operator-registry.js'),
      import('../../producers/spaces/space-entries.js'),
    ]);
  const { schema: schemas = [], fn: functions = [], space = [] } = flags;
  const sample = flags.sample === undefined ? undefined : { count: flags.sample, seed: flags.seed };
  const modules = taskFolders(flags.tasks);
  const operators = await resolveOperators(flags.operators ?? 'standard', modules);
  const { schemas: added } = splitSpace(expandPresets(space));
  checkSpace({ schemas: [...schemas, ...added], functions: [], operators, sample });
  await checkFunctions(functions, modules);
  const [{ withStudy }, { follow }, { hintAtWorkers }, { printResult }] = await Promise.all([
    import('../command-context.js'),
    import('../follow/follow.js'),
    import('../follow/worker-hint.js'),
    import('../output.js'),
  ]);
  await withStudy(
    name,
    async (study, { pipeline, addresses, interruption }) => {
      await study.populate({
        schemas,
        functions,
        space,
        modules,
        ...(sample ? { sample } : {}),
        ...(flags.operators ? { operators: flags.operators } : {}),
      });
      if (flags.wait)
        await follow(study, ['populate'], {
          pipeline,
          addresses,
          signal: interruption.first,
          patienceSeconds: flags.patienceSeconds,
        });
      const { populate } = await study.progress();
      printResult(populate, flags, ({ spaces, expanded, ranges, done, complete }) =>
        complete
          ? `study ${name}: output features of all ${spaces} spaces are there`
          : `study ${name}: ${expanded} of ${spaces} spaces expanded, ${done} of ${ranges} ranges done; the rest is enqueued`,
      );
      if (!populate.complete) await hintAtWorkers(pipeline.queues, 'output-features');
    },
    taskFolders(flags.tasks),
  );
}
