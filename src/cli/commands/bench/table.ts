import { type Command, InvalidArgumentError } from 'commander';
import type { TableFigures } from '../../../act-bench/table-figures.js';
import { examples, JSON_FLAG } from '../../help.js';
import { fraction } from '../../option-values.js';

interface TableFlags {
  table: string;
  chance: number;
  json?: boolean;
}

export function registerTable(bench: Command): void {
  const command = bench
    .command('table')
    .summary('how well a table of results tells functions apart')
    .description(
      'Prints the figures by which a table is judged before any search is played on it: spread of the functions beside the noise of the seeds (without what a seed does to all functions alike, which stands beside it), rank correlation of two halves of the seeds (the mean over all ways to halve them), where the baselines stand, and what is at chance. All of validation accuracy, means over the seeds.',
    )
    .requiredOption('--table <file>', 'a table in the format of Act-Bench, gzipped or not')
    .option('--chance <a>', 'accuracy of guessing, a fraction', chance, 0.1)
    .option(...JSON_FLAG)
    .action(tableAction);
  examples(command, [
    ['aquasurf bench table --table table.json.gz', 'the figures of a table'],
    ['aquasurf bench table --table table.json.gz --json | jq .groups', 'for a script'],
  ]);
}

function chance(text: string): number {
  const value = fraction(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('Expected a fraction above 0.');
}

async function tableAction(flags: TableFlags): Promise<void> {
  const [{ readTable }, { tableFigures }, { AquasurfError }, { fields, printResult, table }] = await Promise.all([
    import('../../../act-bench/read-table.js'),
    import('../../../act-bench/table-figures.js'),
    import('../../../errors.js'),
    import('../../output.js'),
  ]);
  const results = await readTable(flags.table);
  if (results.size === 0) throw new AquasurfError('TABLE_INVALID', `${flags.table} has no functions`);
  const figures = tableFigures(results, flags.chance);
  const shown = (value: number) => (Number.isNaN(value) ? '-' : value.toFixed(4));
  const groups = await table(
    [
      { head: 'functions', value: ({ group }) => group },
      { head: 'number', value: ({ functions }) => functions, align: 'right' },
      { head: 'spread', value: ({ spread }) => shown(spread), align: 'right' },
      { head: 'noise of a seed', value: ({ seedNoise }) => shown(seedNoise), align: 'right' },
      { head: 'of all alike', value: ({ seedEffect }) => shown(seedEffect), align: 'right' },
      { head: 'split-half', value: ({ splitHalf }) => shown(splitHalf), align: 'right' },
    ],
    figures.groups,
  );
  printResult(figures, flags, () => `${fields(lines(figures))}\n\n${groups}`);
}

function lines(figures: TableFigures): Array<[label: string, value: string | number]> {
  const { seeds, quantiles, baselines } = figures;
  const [least, most] = seeds;
  const ranked = Object.entries(baselines).map(([fn, rank]) => `${fn} ${rank}`);
  const share = (100 * figures.bestBaselineShare).toFixed(1);
  return [
    ['functions', figures.functions],
    ['seeds', least === most ? least : `${least} to ${most}`],
    ['Fisher features', `${figures.features}; undefined for ${figures.undefinedFisher}`],
    ['at chance', `${figures.undefinedAtChance} of those without, ${figures.definedAtChance} of those with features`],
    ['best', `${figures.bestFunction} with ${quantiles.best.toFixed(4)}`],
    [
      'quantiles',
      `median ${quantiles.median.toFixed(4)}, 90 % ${quantiles.q90.toFixed(4)}, 99 % ${quantiles.q99.toFixed(4)}`,
    ],
    ['baselines', ranked.length > 0 ? `${ranked.join(', ')}: the best at ${share} %` : 'none'],
    ['within one standard error of the best', figures.withinStandardError],
    ['hours of training', (figures.trainingSeconds / 3600).toFixed(2)],
  ];
}
