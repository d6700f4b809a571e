import { type Command, Option } from 'commander';
import { examples, TASKS_FLAG } from '../help.js';
import { commaList, notNegative, wholeNumber } from '../option-values.js';
import type { WorkerOptions } from '../worker/run-worker.js';

export function registerWorker(program: Command): void {
  const command = program
    .command('worker')
    .summary('run consumers: one process per GPU, or on the CPU')
    .description(
      `Takes jobs out of the queues and does them until it is stopped. Run as many workers on as many machines as you like, all with the same REDIS_URL and MONGODB_URI. Consumers that die are started again.

The first Ctrl-C or SIGTERM lets running jobs end within the grace, then hands them back; a second one stops at once. Nothing is lost either way.`,
    )
    .option(
      '--queues <names>',
      'only these: schema-expansion, output-features, fisher-eigenvalues, surrogate, training, retraining (default: all)',
      commaList,
    )
    .option('--gpus <devices>', 'auto (what nvidia-smi lists), none (the CPU), or numbers such as 0,1', 'auto')
    .option('--concurrency <n>', 'consumer processes on each GPU, or on the CPU', wholeNumber(1, 1024), 1)
    .option('--threads <n>', 'TensorFlow threads of each consumer (default: cores / consumers)', wholeNumber(1, 1024))
    .option('--grace <seconds>', 'what running jobs get to end after the first Ctrl-C', notNegative, 60)
    .option(
      '--stall <seconds>',
      'end work that has not moved for so long (no step of training, no layer of Fisher features): it counts as a failed attempt of its function; loading data may take six times as long',
      wholeNumber(10, 1_000_000),
      600,
    )
    .addOption(
      new Option('--backend <name>', 'compute backend (default: AQUASURF_BACKEND, else auto)').choices([
        'auto',
        'tfjs-node-gpu',
        'tfjs-node',
      ]),
    )
    .option(...TASKS_FLAG)
    .action(workerAction);
  examples(command, [
    ['aquasurf worker', 'one consumer on each GPU, or one on the CPU'],
    ['aquasurf worker --gpus none --concurrency 2', 'two consumers on the CPU, with half of the cores each'],
    ['aquasurf worker --gpus 0,1 --queues training,retraining,fisher-eigenvalues', 'two GPUs, for what needs them'],
  ]);
}

async function workerAction(_: object, command: Command): Promise<void> {
  const flags = command.optsWithGlobals<WorkerOptions>();
  const { runWorker } = await import('../worker/run-worker.js');
  await runWorker(flags);
}
