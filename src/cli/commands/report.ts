import type { Command } from 'commander';
import type { OutsideResult } from '../../study.js';
import { examples, JSON_FLAG, TASKS_FLAG } from '../help.js';
import { fraction, loss, notNegative, wholeNumber } from '../option-values.js';

interface ReportFlags extends OutsideResult {
  token?: string;
  tasks?: string;
  json?: boolean;
}

export function registerReport(program: Command): void {
  const command = program
    .command('report')
    .summary('record the result of a training of your own')
    .description(
      'Records the result of a function that was trained elsewhere: of one that `aquasurf suggest --claim` gave, with its token, or of any function of the study that nobody is training. The next suggestion takes it into account.',
    )
    .argument('<study>', 'the study')
    .argument('<fn>', 'the function, under any of its names')
    .requiredOption('--val-acc <a>', 'validation accuracy, a fraction', fraction)
    .option('--val-loss <l>', 'validation loss', loss)
    .option('--test-acc <a>', 'test accuracy, a fraction', fraction)
    .option('--test-loss <l>', 'test loss', loss)
    .option('--train-acc <a>', 'training accuracy, a fraction', fraction)
    .option('--train-loss <l>', 'training loss', loss)
    .option('--runtime <s>', 'seconds that it took', notNegative)
    .option(
      '--seed <n>',
      'tells several trainings of one function apart; their mean counts (default: the seed of the study)',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option('--token <token>', 'of the claim; without it the function must not be claimed')
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(reportAction);
  examples(command, [
    ['aquasurf report digits "max(x,tanh(x))" --val-acc 0.913 --test-acc 0.907', 'a result from outside'],
    ['aquasurf report digits "max(x,tanh(x))" --val-acc 0.908 --seed 1', 'a second training of it'],
    [
      'aquasurf report digits "mish(x)" --val-acc 0.1 --val-loss nan --token vTQz...',
      'a claimed function, which diverged',
    ],
  ]);
}

async function reportAction(name: string, fn: string, flags: ReportFlags): Promise<void> {
  const { checkFunctions, taskFolders } = await import('../operators-option.js');
  await checkFunctions([fn], taskFolders(flags.tasks));
  const [{ withStudy }, { printResult }] = await Promise.all([import('../command-context.js'), import('../output.js')]);
  const { token, json, tasks: _, ...result } = flags;
  await withStudy(name, async (study) => {
    await study.report(fn, result, token);
    const { evaluated, best } = await study.summary();
    printResult({ fn, ...result, evaluated, best }, { json: json ?? false }, () => {
      const leader = best ? `; best so far ${best.fn} with ${best.valAcc}` : '';
      return `recorded ${fn}: validation accuracy ${result.valAcc}; ${evaluated} functions evaluated${leader}`;
    });
  });
}
