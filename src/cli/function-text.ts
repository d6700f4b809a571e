import type { Asymptote, Growth } from '../domain/analysis/asymptotes.js';
import type { SlopeStatistics } from '../domain/analysis/slope-statistics.js';
import type { Chart } from '../plot/chart.js';
import { drawText } from '../plot/draw-text.js';
import type { FunctionReport } from '../store/reports/function-report.js';
import { fields, spelled } from './output.js';

/** Outputs shown to people; `--json` has all. */
const OUTPUTS_SHOWN = 6;
/** Width of the labels, the longest of which is "representative", and the space after them. */
const LABELS = 16;

const number = (value: number | null): string => (value === null ? '-' : String(spelled(Number(value.toPrecision(6)))));
const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

/** What `aquasurf fn` prints for people: a list of what is known, and the curve with its derivative below it. */
export function functionText(report: FunctionReport, chart: Chart, database: boolean): string {
  const { statistics, derivative, normalization: constants } = report;
  const notFinite = statistics.count - statistics.finite;
  const lines: Array<readonly [string, string]> = [
    ['function', report.fn],
    ['hash', report.hash],
    ['representative', report.representative],
    ['usable', report.usable ? 'yes' : 'no: its outputs are not all finite, or all equal; it is never suggested'],
    ['outputs', `${report.outputs.slice(0, OUTPUTS_SHOWN).map(number).join(', ')}, ... (${statistics.count})`],
    ['mean, std', `${number(statistics.mean)}, ${number(statistics.std)}`],
    ['range', `${number(statistics.min)} to ${number(statistics.max)}`],
    ['not finite', notFinite === 0 ? 'none' : `${notFinite} (${statistics.nan} nan)`],
    ['derivative', derivative.text],
    ['slope', slopeText(derivative.statistics)],
    ['x → -∞', asymptoteText(report.asymptotes.left)],
    ['x → +∞', asymptoteText(report.asymptotes.right)],
    [
      'normalized by',
      'reason' in constants
        ? `nothing: ${constants.reason}`
        : `mean ${number(constants.mean)}, std ${number(constants.std)} for standard Gaussian input`,
    ],
    ['aliases', database ? aliasText(report) : 'unknown: no database found'],
  ];
  const drawn = chart.panels.map((panel) => `${panel.y.title ?? ''}\n${drawText(panel)}`);
  return [fields(lines), ...drawn].join('\n\n');
}

function slopeText({ saturated, negative, notFinite, rms, monotone }: SlopeStatistics): string {
  const kinds = {
    constant: 'constant',
    increasing: 'monotone, increasing',
    decreasing: 'monotone, decreasing',
    neither: 'not monotone',
  };
  return [
    monotone === null ? 'not finite everywhere in [-5, 5]' : kinds[monotone],
    `${percent(saturated)} saturated`,
    `${percent(negative)} negative`,
    ...(notFinite > 0 ? [`${percent(notFinite)} not finite`] : []),
    `root mean square ${number(rms)}`,
  ].join(', ');
}

function asymptoteText(asymptote: Asymptote): string {
  switch (asymptote.kind) {
    case 'constant':
      return `f → ${asymptote.value}`;
    case 'linear':
      return `f → ${lineText(asymptote.slope, asymptote.intercept)}`;
    case 'growth':
      return `f → ${asymptote.sign > 0 ? '+∞' : '-∞'}, ${growthText(asymptote.growth)}`;
    case 'infinite':
      return `f = ${asymptote.sign > 0 ? '+∞' : '-∞'}`;
    case 'undefined':
      return 'f is not a number';
    case 'unclear':
      return 'unclear in float64';
  }
}

function lineText(slope: number, intercept: number): string {
  const product = slope === 1 ? 'x' : slope === -1 ? '-x' : `${slope}·x`;
  return intercept === 0 ? product : `${product} ${intercept < 0 ? '-' : '+'} ${Math.abs(intercept)}`;
}

function growthText(growth: Growth): string {
  switch (growth.order) {
    case 'below-logarithmic':
      return 'slower than the logarithm';
    case 'logarithmic':
      return growth.exponent === 1 ? 'as the logarithm' : `as the logarithm to the power ${growth.exponent}`;
    case 'power':
      return growth.exponent === 1 ? 'about as x, in no straight line' : `as |x|^${growth.exponent}`;
    case 'exponential':
      return `as exp(${growth.rate === 1 ? '' : `${growth.rate}·`}|x|)`;
    case 'stretched-exponential':
      return `as the exponential of |x|^${growth.exponent}`;
    case 'above-exponential':
      return 'faster than the exponential of any power';
  }
}

/** Aliases with how each differs from the representative, where it does. */
function aliasText({ aliases, aliasCount, representative }: FunctionReport): string {
  if (aliasCount === 0) return 'none in the database';
  const others = aliases.filter(({ name }) => name !== representative);
  if (others.length === 0) return 'only itself';
  const texts = others.map(({ name, class: kind, at, reason }) => {
    if (kind === 'equal') return name;
    if (kind === null) return `${name} (no class: ${reason}; give --operators)`;
    return `${name} (${kind}${at === undefined ? '' : ` at ${Number(at.toPrecision(3))}`})`;
  });
  const rest = aliasCount - aliases.length;
  return [...texts, ...(rest > 0 ? [`and ${rest} more (--aliases all)`] : [])].join(`\n${' '.repeat(LABELS)}`);
}
