import type { Command } from 'commander';
import type { FunctionReport } from '../../store/function-report.js';
import { examples, JSON_FLAG } from '../help.js';
import { fields } from '../output.js';

export function registerFn(program: Command): void {
  const command = program
    .command('fn')
    .summary('what is known about a function')
    .description(
      `Prints the canonical hash of a function, its representative and its aliases in the database, its outputs on the 1,000 samples and their statistics. Functions with the same hash are equivalent.

Without a database the aliases are left out. In JSON, outputs that are not finite are the strings "nan", "inf" and "-inf".`,
    )
    .argument('<expression>', 'e.g. "max(relu(x),cosh(elu(x)))"')
    .option(...JSON_FLAG)
    .action(fnAction);
  examples(command, [
    ['aquasurf fn "max(x,tanh(x))"', 'for reading'],
    ['aquasurf fn "relu(x)" --json | jq -r .hash', 'the canonical hash, for a script'],
  ]);
}

async function fnAction(expression: string, flags: { json?: boolean }): Promise<void> {
  const [{ functionReport }, { printResult }, { readDatabase }] = await Promise.all([
    import('../../store/function-report.js'),
    import('../output.js'),
    import('../read-database.js'),
  ]);
  const offline = await functionReport(undefined, expression);
  const report = await readDatabase((store) => functionReport(store, expression));
  const shown = report ?? offline;
  printResult({ ...shown, outputs: shown.outputs.map(printable), database: report !== undefined }, flags, (value) =>
    reportText(shown, value.database),
  );
}

/** JSON has no word for what is not finite. */
function printable(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** Outputs and aliases shown to people; `--json` has all. */
const OUTPUTS_SHOWN = 6;
const ALIASES_SHOWN = 20;

function reportText(report: FunctionReport, database: boolean): string {
  const { statistics, aliases } = report;
  const number = (value: number | null) => (value === null ? '-' : printable(Number(value.toPrecision(6))));
  const notFinite = statistics.count - statistics.finite;
  const lines: Array<readonly [string, string]> = [
    ['function', report.fn],
    ['hash', report.hash],
    ['representative', report.representative],
    ['usable', report.usable ? 'yes' : 'no: its outputs are not all finite, or all equal; it is never suggested'],
    ['aliases', database ? aliasText(aliases) : 'unknown: no database found'],
    ['outputs', `${report.outputs.slice(0, OUTPUTS_SHOWN).map(number).join(', ')}, ... (${statistics.count})`],
    ['mean, std', `${number(statistics.mean)}, ${number(statistics.std)}`],
    ['range', `${number(statistics.min)} to ${number(statistics.max)}`],
    ['not finite', notFinite === 0 ? 'none' : `${notFinite} (${statistics.nan} nan)`],
  ];
  return fields(lines);
}

function aliasText(aliases: readonly string[]): string {
  if (aliases.length === 0) return 'none in the database';
  const more = aliases.length > ALIASES_SHOWN ? ' ...' : '';
  return `${aliases.slice(0, ALIASES_SHOWN).join(' ')}${more}`;
}
