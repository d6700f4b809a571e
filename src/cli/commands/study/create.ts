import { type Command, Option } from 'commander';
import {
  ACQUISITIONS,
  type Acquisition,
  PLACES,
  type PlacesName,
  REGRESSORS,
  type RegressorName,
} from '../../../domain/surrogate/choices.js';
import { type Direction, METRICS, type Metric } from '../../../domain/trial.js';
import { examples, JSON_FLAG, TASKS_FLAG } from '../../help.js';
import { notNegative, wholeNumber } from '../../option-values.js';

interface CreateFlags {
  task: string;
  space: string[];
  operators: string;
  metric: Metric;
  direction?: Direction;
  seed: number;
  fisherBatch?: number;
  spectrumBins?: number;
  fisherFloor?: number;
  regressor?: RegressorName;
  acquisition?: Acquisition;
  places?: PlacesName;
  check: boolean;
  tasks?: string;
  json?: boolean;
}

export function registerStudyCreate(study: Command): void {
  const command = study
    .command('create')
    .summary('create a study')
    .description(
      `Creates a study; computes nothing yet, but tries the task: builds its network, loads its data, trains on one batch. The task's baselines (elu, relu, ... unless it names others) always belong to its space.

A task is built in, or a module that default-exports defineTask({...}) in aquasurf.config.ts or in the folder of --tasks; the study keeps a hash of its source and one of its data, so that workers with other ones refuse it.`,
    )
    .argument('<name>', 'letters, digits, "-", "_" and ".", at most 64')
    .requiredOption('--task <task>', 'built-in task or one of your own, e.g. fashion-mnist/small-cnn')
    .requiredOption(
      '--space <entries...>',
      'schemas such as "binary(unary(x),unary(x))", functions such as "max(x,tanh(x))", or the preset standard (1,023,524 functions: the space of the paper)',
    )
    .option(
      '--operators <set>',
      "operators that schemas range over: standard (the 27 unary ones of the paper), all (31), or a set of one's own, by name or name@version",
      'standard',
    )
    .addOption(new Option('--metric <metric>', 'what is optimised').choices(METRICS).default('valAcc'))
    .addOption(
      new Option('--direction <direction>', 'max or min (default: max for valAcc, min for valLoss)').choices([
        'max',
        'min',
      ]),
    )
    .addOption(
      new Option(
        '--regressor <regressor>',
        "predicts the metric from a function's place in the embedding: the 3 nearest neighbours of the paper, a random forest, a Gaussian process, or the regressor that the task brings (default: knn; gaussian-process where none of --regressor, --acquisition and --places is given)",
      ).choices(REGRESSORS),
    )
    .addOption(
      new Option(
        '--acquisition <acquisition>',
        'what to train next: the best prediction, expected improvement, upper confidence bound (the last two need a regressor other than knn), the best but one in ten at random, or any (default: greedy; with none of the three: ucb)',
      ).choices(ACQUISITIONS),
    )
    .addOption(
      new Option(
        '--places <places>',
        'what the regressor reads of a function: its place in the plane of the paper (of both features), in a plane of the output features alone, or 20 principal components of both features, with results as ranks (default: plane, and outputs-plane for a task without a network; with none of the three: components)',
      ).choices(PLACES),
    )
    .option('--seed <n>', 'fixes every random choice', wholeNumber(0, 2 ** 32 - 1), 0)
    .option(
      '--fisher-batch <n>',
      "examples that Fisher features are made on (default: the task's, else 100)",
      wholeNumber(1),
    )
    .option(
      '--spectrum-bins <n>',
      'bins of a layer in the Fisher features, at most (default: one for each hundred weights)',
      wholeNumber(2),
    )
    .option(
      '--fisher-floor <share>',
      'eigenvalues at or below this share of the largest count as zero (default: 1e-6)',
      notNegative,
    )
    .option(
      '--no-check',
      'store it untried, where network or data are not on this machine; workers do not compare their data then',
    )
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(createAction);
  examples(command, [
    [
      'aquasurf study create digits --task fashion-mnist/small-cnn --space "unary(x)" "binary(unary(x),unary(x))"',
      'two schemas over the standard operators, and the baselines',
    ],
    [
      'aquasurf study create mine --task my-net --tasks ./tasks --space standard --metric valLoss',
      "a task of one's own, the space of the paper, lowest validation loss",
    ],
    [
      'aquasurf study create sure --task fashion-mnist/small-cnn --space "unary(unary(x))" --regressor gaussian-process --acquisition ei',
      'weighs what is promising against what is unknown',
    ],
    [
      'aquasurf study create ranks --task fashion-mnist/small-cnn --space "unary(unary(x))" --regressor gaussian-process --places components',
      'the surrogate that found most in the benchmark (docs/benchmark.md)',
    ],
  ]);
}

async function createAction(name: string, flags: CreateFlags): Promise<void> {
  // Checked before anything is started or connected to.
  const { checkStudyName } = await import('../../../store/document-schemas.js');
  checkStudyName(name);
  const [{ taskFolders }, { resolveOperators }, { expandSpace }] = await Promise.all([
    import('../../operators-option.js'),
    import('../../../nn/tasks/operator-registry.js'),
    import('../../../producers/spaces/space-entries.js'),
  ]);
  const modules = taskFolders(flags.tasks);
  const operators = await resolveOperators(flags.operators, modules);
  expandSpace(flags.space, operators);
  const [
    { checkTaskApart },
    { resolveTask },
    { withPipeline },
    { createStudy },
    { studyView, studyText },
    { printResult },
  ] = await Promise.all([
    import('../../../compute/check-task-apart.js'),
    import('../../../nn/tasks/task-registry.js'),
    import('../../command-context.js'),
    import('../../../producers/create-study.js'),
    import('./study-view.js'),
    import('../../output.js'),
  ]);
  const task = await resolveTask(flags.task, modules);
  const dataHash = flags.check ? await checkTaskApart(task, operators, modules) : undefined;
  await withPipeline(async ({ pipeline }) => {
    await createStudy(pipeline, {
      name,
      task,
      dataHash,
      space: flags.space,
      operators,
      metric: flags.metric,
      seed: flags.seed,
      fisher: {
        ...(flags.fisherBatch === undefined ? {} : { batchSize: flags.fisherBatch }),
        ...(flags.spectrumBins === undefined ? {} : { bins: flags.spectrumBins }),
        ...(flags.fisherFloor === undefined ? {} : { floor: flags.fisherFloor }),
      },
      ...(flags.regressor === undefined ? {} : { regressor: flags.regressor }),
      ...(flags.acquisition === undefined ? {} : { acquisition: flags.acquisition }),
      ...(flags.places === undefined ? {} : { places: flags.places }),
      ...(flags.direction === undefined ? {} : { direction: flags.direction }),
    });
    const view = await studyView(pipeline.store, name);
    printResult(view, flags, () => `created study ${name}\n${studyText(view)}\nnext: aquasurf populate ${name}`);
  });
}
