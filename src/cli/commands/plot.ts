import { type Command, Option } from 'commander';
import type { Picture } from '../../plot/chart.js';
import { examples, JSON_FLAG, TASKS_FLAG } from '../help.js';
import { wholeNumber } from '../option-values.js';
import { PLOT_KINDS, type PlotFlags, type PlotKind } from '../plot/plot-kinds.js';

/** Pixels of a panel where it is not the usual one. */
const PICTURE: Partial<Record<PlotKind, Picture>> = {
  functions: { width: 300, height: 200 },
  spectra: { width: 420, height: 200 },
  regressor: { width: 460, height: 400 },
  embedding: { width: 720, height: 560 },
  parallel: { width: 1100, height: 400 },
};

export function registerPlot(program: Command): void {
  const kinds = Object.entries(PLOT_KINDS).map(([kind, shows]) => `  ${kind.padEnd(10)} ${shows}`);
  const command = program
    .command('plot')
    .summary('draw a study')
    .description(`Draws a study, into a file or in the terminal. Kinds:\n${kinds.join('\n')}`)
    .argument('<study>', 'the study')
    .addOption(new Option('--kind <kind>', 'what to draw').choices(Object.keys(PLOT_KINDS)).makeOptionMandatory())
    .option('--out <file>', 'draw into this .svg or .png file (default: in the terminal)')
    .option('--top <n>', 'functions: how many of the best', wholeNumber(1, 100), 9)
    .option('--fn <expressions...>', 'spectra: of these functions (default: the best two and the worst) beside relu(x)')
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(plotAction);
  examples(command, [
    ['aquasurf plot quickstart --kind history', 'in the terminal'],
    ['aquasurf plot quickstart --kind embedding --out map.png', 'the map of functions as a picture'],
    [
      'aquasurf plot quickstart --kind spectra --fn "tanh(x)" "erf(x)" --out spectra.svg',
      'spectra of chosen functions',
    ],
  ]);
}

async function plotAction(name: string, flags: PlotFlags): Promise<void> {
  const plots = await import('../../plot/plot-file.js');
  if (flags.out !== undefined) await plots.checkPlotFile(flags.out);
  const [{ withStudy }, { studyChart }, output, { drawText }] = await Promise.all([
    import('../command-context.js'),
    import('../plot/study-chart.js'),
    import('../output.js'),
    import('../../plot/draw-text.js'),
  ]);
  const chart = await withStudy(name, (study, context) => studyChart(study, context, flags));
  if (flags.out !== undefined) {
    await plots.plotFile(chart, flags.out, PICTURE[flags.kind] ?? {});
    output.printResult({ kind: flags.kind, file: flags.out }, flags, ({ file }) => `drawn into ${file}`, flags.out);
    return;
  }
  const shown = () => [chart.title ?? '', ...chart.panels.map((panel) => drawText(panel))].join('\n\n');
  output.printResult({ kind: flags.kind, ...chart }, flags, shown);
}
