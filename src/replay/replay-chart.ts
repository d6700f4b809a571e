import { quantile } from '../domain/replay/averages.js';
import type { RunFigures } from '../domain/replay/judge.js';
import type { Chart, Panel, Series } from '../plot/chart.js';
import type { ReplayReport } from './replay.js';

/**
 * The best validation accuracy so far against trials, and the test accuracy of the function that one would choose then:
 * the median over the runs as a line, between the quartiles as a band.
 */
export function replayChart(report: ReplayReport): Chart {
  const panel = (title: string, figure: 'bestSeen' | 'testOfPick' | 'newTopHits'): Panel => ({
    title,
    x: { title: 'trials' },
    y: figure === 'newTopHits' ? {} : { range: rangeOf(report, figure) },
    series: report.summaries.flatMap(({ searcher }) => {
      const runs = report.runs.filter((run) => run.searcher === searcher);
      return quartiles(searcher, runs, figure, report.trials);
    }),
  });
  return {
    title: `${report.summaries[0]?.runs ?? 0} searches each over ${report.functions} functions`,
    panels: [
      panel('best validation accuracy so far', 'bestSeen'),
      panel('test accuracy of the chosen function', 'testOfPick'),
      panel('new top functions found', 'newTopHits'),
    ],
  };
}

function quartiles(
  name: string,
  runs: readonly RunFigures[],
  figure: 'bestSeen' | 'testOfPick' | 'newTopHits',
  trials: number,
): Series[] {
  const at = (trial: number, q: number) => {
    const values = runs.flatMap((run) => run[figure][trial - 1] ?? []);
    return values.length === 0 ? Number.NaN : quantile(values, q);
  };
  const x = Array.from({ length: trials }, (_, i) => i + 1);
  return [
    { name, x, y: x.map((trial) => at(trial, 0.5)) },
    { name, mark: 'band', x, y: x.map((trial) => at(trial, 0.25)), upper: x.map((trial) => at(trial, 0.75)) },
  ];
}

/** Without the steep beginning, which would flatten the rest. */
function rangeOf(report: ReplayReport, figure: 'bestSeen' | 'testOfPick'): readonly [number, number] {
  const values = report.runs.flatMap((run) => run[figure].slice(Math.min(8, report.trials - 1)));
  const [low, high] = [quantile(values, 0.02), quantile(values, 1)];
  const margin = 0.05 * (high - low) || 0.01;
  return [low - margin, high + margin];
}
