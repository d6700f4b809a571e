import type { Command } from 'commander';
import { examples, JSON_FLAG, OPERATORS_FLAG, TASKS_FLAG } from '../help.js';
import { wholeNumber } from '../option-values.js';

export function registerFn(program: Command): void {
  const command = program
    .command('fn')
    .summary('what is known about a function')
    .description(
      `Prints the canonical hash of a function, its representative and its aliases in the database with how each differs from the representative away from the samples (docs/canonical-form.md), its derivative, statistics on the 1,000 samples, asymptotes, and the constants that normalize it for Gaussian input, and draws it. Functions with the same hash are equivalent.

Aliases of operators of your own have a class where --operators names their set. Without a database the aliases are left out. In JSON, numbers that are not finite are the strings "nan", "inf" and "-inf".`,
    )
    .argument('<expression>', 'e.g. "max(relu(x),cosh(elu(x)))"')
    .option('--plot <file>', 'draw the function and its derivative into this .svg or .png file')
    .option('--aliases <count>', 'list at most so many aliases, or all (each takes some milliseconds)', aliasCount, 100)
    .option(...OPERATORS_FLAG)
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action(fnAction);
  examples(command, [
    ['aquasurf fn "max(x,tanh(x))"', 'for reading'],
    ['aquasurf fn "swish(x)" --plot swish.png', 'a picture too'],
    ['aquasurf fn "relu(snake(x))" --operators mine --tasks .', 'with operators of your own'],
    ['aquasurf fn "relu(x)" --json | jq -r .hash', 'the canonical hash, for a script'],
  ]);
}

interface Flags {
  aliases: number;
  plot?: string;
  operators?: string;
  tasks?: string;
  json?: boolean;
}

/** The database takes no limit above it. */
const ALL = 2 ** 31 - 1;

const aliasCount = (text: string): number => (text === 'all' ? ALL : wholeNumber(1, ALL)(text));

async function fnAction(text: string, flags: Flags): Promise<void> {
  const [
    { functionReport },
    { parseExpression },
    { functionChart },
    { functionText },
    output,
    { operatorsOption },
    { readDatabase },
  ] = await Promise.all([
    import('../../store/reports/function-report.js'),
    import('../../domain/expression/expression.js'),
    import('../../plot/function-chart.js'),
    import('../function-text.js'),
    import('../output.js'),
    import('../operators-option.js'),
    import('../servers/read-database.js'),
  ]);
  const plots = flags.plot === undefined ? undefined : await import('../../plot/plot-file.js');
  if (flags.plot !== undefined) await plots?.checkPlotFile(flags.plot);
  const operators = await operatorsOption(flags);
  const chart = functionChart(parseExpression(text, operators), operators);
  const options = { maxAliases: flags.aliases, ...(operators ? { operators } : {}) };
  const report = await readDatabase((store) => functionReport(store, text, options));
  const shown = report ?? (await functionReport(undefined, text, options));
  const json = {
    ...shown,
    outputs: shown.outputs.map(output.spelled),
    derivative: { ...shown.derivative, slopes: shown.derivative.slopes.map(output.spelled) },
    database: report !== undefined,
  };
  output.printResult(json, flags, ({ database }) => functionText(shown, chart, database), flags.plot);
  if (flags.plot === undefined) return;
  await plots?.plotFile(chart, flags.plot);
  output.notify(`drawn into ${flags.plot}`);
}
