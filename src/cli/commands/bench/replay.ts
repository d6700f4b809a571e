import { type Command, Option } from 'commander';
import type { Comparison, Effect } from '../../../domain/replay/comparison.js';
import type { SearcherName } from '../../../domain/replay/searchers.js';
import type { ReplayReport } from '../../../replay/replay.js';
import { examples, JSON_FLAG } from '../../help.js';
import { wholeNumber } from '../../option-values.js';

/** As SEARCHERS has them; a test compares. Defining a command loads nothing. */
const NAMES: readonly SearcherName[] = [
  ...(['random', 'evolution', 'aquasurf-original', 'outputs-only', 'fisher-only', 'ours'] as const),
];

interface ReplayFlags {
  table: string;
  searcher: SearcherName[];
  seeds: number;
  trials: number;
  retrainBest?: number;
  workers: number;
  half?: 'first' | 'second';
  trueRefits?: boolean;
  fisherStart?: number;
  fisherNext: number;
  fisherPolicy: 'predicted' | 'random';
  threads?: number;
  out?: string;
  plot?: string;
  json?: boolean;
}

export function registerReplay(bench: Command): void {
  const command = bench
    .command('replay')
    .summary('play searches against a table of results')
    .description(
      `Plays searches against a table of results, where a training is a look-up. A search sees one seed of the table and begins with the baselines; what it found is judged by the other seeds (a table without "Seeds": by test accuracy). Searchers: random; evolution (regularised, as in PANGAEA); aquasurf-original (the paper's surrogate); outputs-only and fisher-only (the same on one of the features); ours (the default of this program).

With --json the result is, for each searcher: median best validation accuracy seen by 20, 50 and 100 trials; mean regret of the pick at 50 and 100 (the best seen; of ours the best by its model, so that luck counts less); the trial of the first new top function (the best 1 % by judged accuracy without the baselines; none found counts as the trial after the last); the mean number of them by 50 and 100; and the mean judged accuracy of what it chose.`,
    )
    .requiredOption('--table <file>', 'a table in the format of Act-Bench, gzipped or not')
    .addOption(new Option('--searcher <names...>', 'which ones (default: all)').choices(NAMES))
    .option('--seeds <n>', 'searches of each searcher', wholeNumber(1, 100_000), 50)
    .option('--trials <n>', 'trials of a search, baselines included', wholeNumber(1, 100_000), 100)
    .option(
      '--retrain-best <n>',
      'the last n of the trials train the best again with another seed of the table, which then does not judge, and the pick is one of them; 0: none do, to compare with',
      wholeNumber(0, 10_000),
    )
    .option('--workers <n>', 'trainings at once in the simulated search', wholeNumber(1, 1000), 1)
    .addOption(new Option('--half <half>', 'only half of the functions, by their hash').choices(['first', 'second']))
    .option('--true-refits', 'lay the plane out anew for each suggestion, instead of drawing among 20 layouts: slow')
    .option(
      '--fisher-start <n>',
      'so many random functions have Fisher features when the search begins (default: all)',
      wholeNumber(1),
    )
    .option(
      '--fisher-next <n>',
      'with --fisher-start: so many more get them for each finished trial',
      wholeNumber(0, 10_000),
      5,
    )
    .addOption(
      new Option('--fisher-policy <policy>', 'which: those that outputs alone predict to be good, or any')
        .choices(['predicted', 'random'])
        .default('predicted'),
    )
    .option('--threads <n>', 'threads (default: one for each core)', wholeNumber(1, 1024))
    .option('--out <file>', 'write all runs to this JSON file')
    .option('--plot <file>', 'draw median and quartiles against trials; ends in .svg or .png')
    .option(...JSON_FLAG)
    .action(replayAction);
  examples(command, [
    ['aquasurf bench replay --table table.json.gz', 'all searchers, 50 searches of 100 trials each'],
    [
      'aquasurf bench replay --table table.json.gz --searcher aquasurf-original ours --workers 8 --plot replay.svg',
      'two searchers with 8 parallel workers, and a picture',
    ],
    [
      'aquasurf bench replay --table table.json.gz --searcher ours --fisher-start 500 --fisher-policy random',
      'Fisher features come while the search runs',
    ],
  ]);
}

async function replayAction(flags: ReplayFlags): Promise<void> {
  const [{ availableParallelism }, { readTable }, { replay }, { replayTable }, { notify, printResult, table }] =
    await Promise.all([
      import('node:os'),
      import('../../../act-bench/read-table.js'),
      import('../../../replay/replay.js'),
      import('../../../replay/replay-table.js'),
      import('../../output.js'),
    ]);
  const [{ checkPlotFile, plotFile }, { checkOut, writeOut }] = await Promise.all([
    import('../../../plot/plot-file.js'),
    import('../../../out/write-out.js'),
  ]);
  if (flags.plot !== undefined) await checkPlotFile(flags.plot);
  if (flags.out !== undefined) await checkOut(flags.out);
  if (flags.retrainBest !== undefined && flags.retrainBest >= flags.trials) {
    const { AquasurfError } = await import('../../../errors.js');
    throw new AquasurfError(
      'USAGE',
      `--retrain-best ${flags.retrainBest} leaves none of the ${flags.trials} trials to search with: take fewer`,
    );
  }
  const functions = replayTable(await readTable(flags.table), flags.half);
  const searchers = flags.searcher ?? NAMES;
  const report = await replay(functions, {
    ...{ searchers, seeds: flags.seeds, trials: flags.trials, workers: flags.workers, notify },
    scarce:
      flags.fisherStart === undefined
        ? undefined
        : { start: flags.fisherStart, perTrial: flags.fisherNext, policy: flags.fisherPolicy },
    ...{
      retrain: flags.retrainBest,
      refit: flags.trueRefits ?? false,
      threads: flags.threads ?? availableParallelism(),
    },
  });
  notify(headOf(report));
  for (const comparison of report.comparisons) notify(comparisonText(comparison));
  if (flags.out !== undefined) {
    const { basename } = await import('node:path');
    await writeOut(flags.out, `${JSON.stringify({ table: basename(flags.table), ...report })}\n`);
  }
  if (flags.plot !== undefined) {
    const { replayChart } = await import('../../../replay/replay-chart.js');
    await plotFile(replayChart(report), flags.plot);
  }
  const { summaries } = report;
  if (flags.json) return printResult(summaries, flags, () => '', flags.out);
  const shown = (value: number | null, digits: number) =>
    value === null || Number.isNaN(value) ? '-' : value.toFixed(digits);
  const text = await table(
    [
      { head: 'searcher', value: ({ searcher }) => searcher },
      { head: 'best seen 20', value: ({ best_seen }) => shown(best_seen[20], 4), align: 'right' },
      { head: '50', value: ({ best_seen }) => shown(best_seen[50], 4), align: 'right' },
      { head: '100', value: ({ best_seen }) => shown(best_seen[100], 4), align: 'right' },
      { head: 'regret 50', value: ({ regret }) => shown(regret[50], 4), align: 'right' },
      { head: '100', value: ({ regret }) => shown(regret[100], 4), align: 'right' },
      { head: 'first new top', value: ({ first_new_top: f }) => `${f.median} (${f.q1}-${f.q3})`, align: 'right' },
      { head: 'new top 50', value: ({ new_top_hits }) => shown(new_top_hits[50], 2), align: 'right' },
      { head: '100', value: ({ new_top_hits }) => shown(new_top_hits[100], 2), align: 'right' },
      { head: 'mean judged', value: ({ mean_judged }) => shown(mean_judged, 4), align: 'right' },
    ],
    summaries,
  );
  printResult(summaries, flags, () => text, flags.out);
}

function headOf({ functions, withoutFisher, left, tableSeeds, judgedBy }: ReplayReport): string {
  const out = [
    ...(left.unreadable.length > 0 ? [`${left.unreadable.length} names that cannot be read`] : []),
    ...(left.unusable > 0 ? [`${left.unusable} without usable outputs`] : []),
    ...(left.duplicates > 0 ? [`${left.duplicates} other names of the same functions`] : []),
  ];
  return (
    `${functions} functions, ${withoutFisher} of them without Fisher features` +
    `${out.length > 0 ? ` (left out: ${out.join(', ')})` : ''}; ${tableSeeds} seeds; judged by ${judgedBy}`
  );
}

function comparisonText({ searcher, against, blocks, ...effects }: Comparison): string {
  const shown = ({ difference, p }: Effect, digits: number) =>
    `${difference > 0 ? '+' : ''}${difference.toFixed(digits)} (p ${p.toPrecision(2)})`;
  return (
    `${searcher} against ${against}: first new top ${shown(effects.first_new_top, 1)}, ` +
    `new top functions ${shown(effects.new_top_hits, 2)}, regret ${shown(effects.regret, 4)}; ${blocks} blocks`
  );
}
