import type { Command } from 'commander';
import { examples } from '../help.js';
import { wholeNumber } from '../option-values.js';
import type { QuickstartOptions } from '../quickstart.js';

export function registerQuickstart(program: Command): void {
  const command = program
    .command('quickstart')
    .summary('a real search on Fashion-MNIST, from nothing, in five minutes')
    .description(
      'Finds or starts Redis and MongoDB, gets a native TensorFlow if there is none, and searches a better activation function for a small convolutional network on Fashion-MNIST: all stages, with two consumers. Run again, it goes on where it was.',
    )
    .option('--trials <n>', 'functions to train; the 8 baselines come first', wholeNumber(1, 1_000_000), 18)
    .option('--fisher <n>', 'random functions with Fisher features, besides the baselines', wholeNumber(1), 100)
    .option('--consumers <n>', 'consumer processes', wholeNumber(1, 256), 2)
    .option('--study <name>', 'name of the study', 'quickstart')
    .action(quickstartAction);
  examples(command, [
    ['aquasurf quickstart', 'about five minutes on two cores'],
    ['aquasurf quickstart --trials 40 --consumers 8', 'more of it, on a larger machine'],
  ]);
}

async function quickstartAction(options: QuickstartOptions): Promise<void> {
  const { quickstart } = await import('../quickstart.js');
  await quickstart(options);
}
