import type { Command } from 'commander';
import type { Study } from '../../study.js';
import type { CommandContext } from '../command-context.js';
import { examples, JSON_FLAG, PATIENCE_FLAG, WAIT_FLAG } from '../help.js';
import { wholeNumber } from '../option-values.js';

interface BestFlags {
  top: number;
  retrain?: number;
  wait?: boolean;
  patienceSeconds: number;
  json?: boolean;
}

const HEADS = { valAcc: 'val acc', valLoss: 'val loss' } as const;

export function registerBest(program: Command): void {
  const command = program
    .command('best')
    .summary('list the best functions')
    .description(
      "Lists the evaluated functions of a study, best first by the study's metric. Test results stand beside, but choose nothing. Between functions that are nearly equal luck decides: --retrain trains the best with further seeds, and the mean over all seeds ranks them. Baselines are marked, and what is within noise of the first is named.",
    )
    .argument('<study>', 'the study')
    .option('--top <n>', 'how many', wholeNumber(1), 10)
    .option('--retrain <k>', 'train them k times more, each time with another seed', wholeNumber(1, 1000))
    .option(...WAIT_FLAG)
    .option(...PATIENCE_FLAG)
    .option(...JSON_FLAG)
    .action(bestAction);
  examples(command, [
    ['aquasurf best quickstart --top 5', 'a table'],
    ['aquasurf best quickstart --top 5 --retrain 4 --wait', 'four more seeds for the best five, then the table'],
    ['aquasurf best quickstart --top 1 --json | jq -r ".[0].fn"', 'the best function, for a script'],
  ]);
}

async function bestAction(name: string, flags: BestFlags): Promise<void> {
  const [{ withStudy }, { decimals, notify, print, printResult, table }, { nextForResults }, { noiseText }] =
    await Promise.all([
      import('../command-context.js'),
      import('../output.js'),
      import('../../store/next-step.js'),
      import('../noise-text.js'),
    ]);
  await withStudy(name, async (study, context) => {
    if (flags.retrain !== undefined) await retrain(study, { top: flags.top, count: flags.retrain }, flags, context);
    const ranked = await study.best(flags.top);
    if (flags.json) return printResult(ranked, flags, () => '');
    if (ranked.length === 0) {
      return notify(`no function of study ${name} is evaluated yet: ${nextForResults(await study.info())}`);
    }
    const info = await study.info();
    const { metric } = info;
    const other = metric === 'valAcc' ? 'valLoss' : 'valAcc';
    const rows = ranked.map((entry, i) => ({ ...entry, rank: i + 1 }));
    print(
      await table(
        [
          { head: 'rank', value: ({ rank }) => rank, align: 'right' },
          { head: 'function', value: ({ fn, baseline }) => (baseline ? `${fn} (baseline)` : fn) },
          { head: HEADS[metric], value: (entry) => decimals(entry[metric]), align: 'right' },
          { head: 'std err', value: ({ stderr, runs }) => (runs < 2 ? 'one seed' : decimals(stderr)), align: 'right' },
          { head: 'runs', value: ({ runs }) => runs, align: 'right' },
          { head: HEADS[other], value: (entry) => decimals(entry[other]), align: 'right' },
          { head: 'test acc', value: ({ testAcc }) => decimals(testAcc), align: 'right' },
          { head: 'test loss', value: ({ testLoss }) => decimals(testLoss), align: 'right' },
          { head: 'train acc', value: ({ trainAcc }) => decimals(trainAcc), align: 'right' },
          { head: 'seconds', value: ({ runtime }) => runtime?.toFixed(1) ?? '-', align: 'right' },
        ],
        rows,
      ),
    );
    for (const line of noiseText(info, ranked)) notify(line);
  });
}

async function retrain(
  study: Study,
  options: { top: number; count: number },
  flags: BestFlags,
  { pipeline, addresses, interruption }: CommandContext,
): Promise<void> {
  const [{ follow }, { checkNoneFailed, failuresDuring }, { hintAtWorkers }, { notify }] = await Promise.all([
    import('../follow/follow.js'),
    import('../follow/outcome.js'),
    import('../follow/worker-hint.js'),
    import('../output.js'),
  ]);
  const owed = await study.retrain(options);
  notify(`${owed} trainings enqueued`);
  if (!flags.wait) return hintAtWorkers(pipeline.queues, 'retraining');
  const wait = () =>
    follow(study, ['retraining'], {
      pipeline,
      addresses,
      signal: interruption.first,
      patienceSeconds: flags.patienceSeconds,
    });
  checkNoneFailed('trainings', study.name, await failuresDuring(pipeline.store, study.name, 'retraining', wait));
}
