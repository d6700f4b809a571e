import type { Command } from 'commander';
import type { OutsideResult, ReportOptions } from '../../producers/training/report-result.js';
import { examples, JSON_FLAG, TASKS_FLAG } from '../help.js';
import { figure } from '../option-values.js';

interface ReportFlags extends OutsideResult, ReportOptions {
  tasks?: string;
  json?: boolean;
}

export function registerReport(program: Command): void {
  const command = program
    .command('report')
    .summary('record the result of a training of your own')
    .description(
      "Records the result of a function that was trained elsewhere: of one that `aquasurf suggest --claim` gave, with its token, or of any function of the study that nobody is training. The next suggestion takes it into account. The study's metric must be among the figures.",
    )
    .argument('<study>', 'the study')
    .argument('<fn>', 'the function, under any of its names')
    .option('--val-acc <a>', 'validation accuracy, a fraction', figure)
    .option('--val-loss <l>', 'validation loss; nan where the training diverged', figure)
    .option('--test-acc <a>', 'test accuracy, a fraction', figure)
    .option('--test-loss <l>', 'test loss', figure)
    .option('--train-acc <a>', 'training accuracy, a fraction', figure)
    .option('--train-loss <l>', 'training loss', figure)
    .option('--runtime <s>', 'seconds that it took', figure)
    .option(
      '--seed <n>',
      'tells several trainings of one function apart; their mean counts (default: the seed of the study)',
      figure,
    )
    .option('--token <token>', 'of the claim; without it the function must not be claimed')
    .option('--replace', 'correct the result of this seed that is there; what it said before is kept beside it')
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(reportAction);
  examples(command, [
    ['aquasurf report digits "max(x,tanh(x))" --val-acc 0.913 --test-acc 0.907', 'a result from outside'],
    ['aquasurf report digits "max(x,tanh(x))" --val-acc 0.908 --seed 1', 'a second training of it'],
    ['aquasurf report digits "max(x,tanh(x))" --val-acc 0.918 --seed 1 --replace', 'that one, corrected'],
    [
      'aquasurf report digits "mish(x)" --val-acc 0.1 --val-loss nan --token vTQz...',
      'a claimed function, which diverged',
    ],
  ]);
}

async function reportAction(name: string, fn: string, flags: ReportFlags): Promise<void> {
  const [{ checked }, { resultSchema }, { checkFunctions, taskFolders }] = await Promise.all([
    import('../../checks/checked.js'),
    import('../../checks/result.js'),
    import('../operators-option.js'),
  ]);
  const { token, replace = false, json, tasks, ...given } = flags;
  const result: OutsideResult = checked(resultSchema, given, 'report', flagOf);
  await checkFunctions([fn], taskFolders(tasks));
  const [{ METRIC_NAMES }, { withStudy }, { printResult }] = await Promise.all([
    import('../../domain/trial.js'),
    import('../command-context.js'),
    import('../output.js'),
  ]);
  await withStudy(name, async (study) => {
    await study.report(fn, result, { replace, ...(token === undefined ? {} : { token }) });
    const [{ evaluated, best }, { metric }] = await Promise.all([study.summary(), study.info()]);
    printResult({ fn, ...result, evaluated, best }, { json: json ?? false }, () => {
      const leader = best ? `; best so far ${best.fn} with ${best[metric] ?? 'no finite one'}` : '';
      const verb = replace ? 'corrected' : 'recorded';
      return `${verb} ${fn}: ${METRIC_NAMES[metric]} ${result[metric]}; ${evaluated} functions evaluated${leader}`;
    });
  });
}

/** `valAcc` → `--val-acc`. */
const flagOf = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
