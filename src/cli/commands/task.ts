import type { Command } from 'commander';
import { examples, JSON_FLAG, TASKS_FLAG } from '../help.js';

interface TaskFlags {
  tasks?: string;
  json?: boolean;
}

export function registerTask(program: Command): void {
  const task = program
    .command('task')
    .summary('list tasks, and what their networks are made of')
    .description('Tasks: a network with places for the function, a data set, and how to train.');
  const list = task
    .command('list')
    .summary('list all tasks there are')
    .description(
      'Lists the built-in tasks, those of aquasurf.config.ts and those of the folder given with --tasks. A module or task that is not valid is named with what is wrong (in JSON as {error}) and does not hide the others.',
    )
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(listAction);
  examples(list, [['aquasurf task list', 'names, where they come from, descriptions']]);
  const layers = task
    .command('layers')
    .summary("list the layers of a task's network, or of a built-in model")
    .description(
      'Layers in model order with their kinds, output shapes and trained weights. Those that count towards Fisher features are Dense, Conv2D and DepthwiseConv2D; others with weights are marked as left out. A task is tried on a batch of its data.',
    )
    .argument('<name>', 'a task, or small-cnn, all-cnn-c, resnet-56, mobilevitv2-0.5')
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(layersAction);
  examples(layers, [
    ['aquasurf task layers fashion-mnist/small-cnn', 'what the quickstart trains'],
    ['aquasurf task layers mobilevitv2-0.5 --json | jq .weights', 'the number of trained weights'],
  ]);
  examples(task, [
    ['aquasurf task list', 'all tasks there are'],
    ['aquasurf task layers all-cnn-c', 'layers, shapes and weights of a network'],
  ]);
}

async function listAction(flags: TaskFlags): Promise<void> {
  const [{ taskFolders }, { listTasks }, { notify, print, printResult, table }, { errorLine }] = await Promise.all([
    import('../operators-option.js'),
    import('../../nn/tasks/task-registry.js'),
    import('../output.js'),
    import('../../errors.js'),
  ]);
  const { tasks, broken } = await listTasks(taskFolders(flags.tasks));
  const rows = tasks.map(({ task, origin, sourceHash }) => ({
    name: task.name,
    origin,
    sourceHash,
    description: task.description ?? null,
  }));
  if (flags.json)
    return printResult([...rows, ...broken.map((error) => ({ error: errorLine(error) }))], flags, () => '');
  for (const error of broken) notify(`left out: ${errorLine(error)}`);
  print(
    await table(
      [
        { head: 'task', value: ({ name }) => name },
        { head: 'from', value: ({ origin }) => origin },
        { head: 'description', value: ({ description }) => description ?? '' },
      ],
      rows,
    ),
  );
}

async function layersAction(name: string, flags: TaskFlags): Promise<void> {
  const [{ taskFolders }, { layersApart }, { print, printResult, table }] = await Promise.all([
    import('../operators-option.js'),
    import('../../compute/task-layers-apart.js'),
    import('../output.js'),
  ]);
  const layers = await layersApart(name, taskFolders(flags.tasks));
  const sum = (chosen: typeof layers) => chosen.reduce((total, { weights }) => total + weights, 0);
  const result = { name, weights: sum(layers), counted: sum(layers.filter(({ counted }) => counted)), layers };
  if (flags.json) return printResult(result, flags, () => '');
  const rows = layers.map(({ shape, weights, counted, ...rest }) => ({
    ...rest,
    shape: shape.map((size) => size ?? '?').join('×'),
    weights: weights === 0 ? '' : String(weights),
    remark: weights > 0 && !counted ? 'left out of Fisher features' : '',
  }));
  print(
    await table(
      [
        { head: 'layer', value: ({ layer }) => layer },
        { head: 'kind', value: ({ kind }) => kind },
        { head: 'shape', value: ({ shape }) => shape },
        { head: 'weights', value: ({ weights }) => weights, align: 'right' },
        { head: '', value: ({ remark }) => remark },
      ],
      rows,
    ),
  );
  print(`${result.weights} trained weights, ${result.counted} in layers that count towards Fisher features`);
}
