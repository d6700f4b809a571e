import { type Command, Option } from 'commander';
import { examples, JSON_FLAG, WAIT_FLAG } from '../help.js';
import { collect } from '../option-values.js';

interface PopulateFlags {
  schema?: string[];
  fn?: string[];
  operators?: 'standard' | 'all';
  wait?: boolean;
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
    .addOption(
      new Option('--operators <set>', "operators that the added schemas range over (default: the study's)").choices([
        'standard',
        'all',
      ]),
    )
    .option(...WAIT_FLAG)
    .option(...JSON_FLAG)
    .action(populateAction);
  examples(command, [
    ['aquasurf populate digits --wait', 'all of the space, with a progress bar'],
    [
      'aquasurf populate digits --schema "unary(unary(x))" --operators all',
      'adds a schema over all 31 unary operators',
    ],
    ['aquasurf populate digits --fn "mish(x)" --fn "gelu(x)" --wait', 'adds two functions'],
  ]);
}

async function populateAction(name: string, flags: PopulateFlags): Promise<void> {
  const { checkSpace } = await import('../space-option.js');
  const { schema: schemas = [], fn: functions = [] } = flags;
  checkSpace({ schemas, functions, operators: flags.operators ?? 'standard' });
  const [{ withStudy }, { follow }, { hintAtWorkers }, { printResult }] = await Promise.all([
    import('../command-context.js'),
    import('../follow.js'),
    import('../worker-hint.js'),
    import('../output.js'),
  ]);
  await withStudy(name, async (study, { pipeline, interruption }) => {
    await study.populate({ schemas, functions, ...(flags.operators ? { operators: flags.operators } : {}) });
    if (flags.wait) await follow(study, ['populate'], { queues: pipeline.queues, signal: interruption.first });
    const { populate } = await study.progress();
    printResult(populate, flags, ({ spaces, expanded, ranges, done, complete }) =>
      complete
        ? `study ${name}: output features of all ${spaces} spaces are there`
        : `study ${name}: ${expanded} of ${spaces} spaces expanded, ${done} of ${ranges} ranges done; the rest is enqueued`,
    );
    if (!populate.complete) await hintAtWorkers(pipeline.queues, 'output-features');
  });
}
