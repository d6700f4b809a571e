import type { Command } from 'commander';
import { examples, JSON_FLAG } from '../help.js';
import { wholeNumber } from '../option-values.js';

export function registerBest(program: Command): void {
  const command = program
    .command('best')
    .summary('list the best functions')
    .description(
      "Lists the evaluated functions of a study, best first by the study's metric. Test results stand beside, but choose nothing.",
    )
    .argument('<study>', 'the study')
    .option('--top <n>', 'how many', wholeNumber(1), 10)
    .option(...JSON_FLAG)
    .action(bestAction);
  examples(command, [
    ['aquasurf best quickstart --top 5', 'a table'],
    ['aquasurf best quickstart --top 1 --json | jq -r ".[0].fn"', 'the best function, for a script'],
  ]);
}

async function bestAction(name: string, flags: { top: number; json?: boolean }): Promise<void> {
  const [{ withStudy }, { decimals, notify, print, printResult, table }] = await Promise.all([
    import('../command-context.js'),
    import('../output.js'),
  ]);
  await withStudy(name, async (study) => {
    const ranked = await study.best(flags.top);
    if (flags.json) return printResult(ranked, flags, () => '');
    if (ranked.length === 0) {
      return notify(`no function of study ${name} is evaluated yet: \`aquasurf search ${name} --trials 20\``);
    }
    const rows = ranked.map((entry, i) => ({ ...entry, rank: i + 1 }));
    print(
      await table(
        [
          { head: 'rank', value: ({ rank }) => rank, align: 'right' },
          { head: 'function', value: ({ fn }) => fn },
          { head: 'val acc', value: ({ valAcc }) => decimals(valAcc), align: 'right' },
          { head: 'val loss', value: ({ valLoss }) => decimals(valLoss), align: 'right' },
          { head: 'test acc', value: ({ testAcc }) => decimals(testAcc), align: 'right' },
          { head: 'test loss', value: ({ testLoss }) => decimals(testLoss), align: 'right' },
          { head: 'train acc', value: ({ trainAcc }) => decimals(trainAcc), align: 'right' },
          { head: 'seconds', value: ({ runtime }) => runtime?.toFixed(1) ?? '-', align: 'right' },
        ],
        rows,
      ),
    );
  });
}
