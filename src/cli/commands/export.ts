import type { Command } from 'commander';
import { examples, JSON_FLAG } from '../help.js';
import { wholeNumber } from '../option-values.js';

interface ExportFlags {
  out: string;
  minRuns: number;
  digits: number;
  json?: boolean;
}

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .summary('write the results of a study to a file')
    .description(
      'Writes the evaluated functions of a study with their results and Fisher features in the format of Act-Bench: one JSON object whose keys are functions. With several runs of a function the figures are medians, "Seeds" lists each run\'s accuracies, and "Fisher settings" says how the features were made. `import` reads such a file.',
    )
    .argument('<study>', 'the study')
    .requiredOption('--out <file>', 'the file; gzipped where its name ends in .gz')
    .option('--min-runs <k>', 'only functions with so many runs', wholeNumber(1, 1000), 1)
    .option('--digits <n>', 'significant digits of the features; 5 keep all that a study has', wholeNumber(1, 7), 5)
    .option(...JSON_FLAG)
    .action(exportAction);
  examples(command, [
    ['aquasurf export digits --out digits.json', 'all that was evaluated'],
    ['aquasurf export small --min-runs 3 --out table.json.gz', 'a table for `aquasurf bench replay`'],
  ]);
}

async function exportAction(name: string, flags: ExportFlags): Promise<void> {
  const [{ withStudy }, { writeTable }, { checkOut }, { printResult }] = await Promise.all([
    import('../command-context.js'),
    import('../../act-bench/write-table.js'),
    import('../../out/write-out.js'),
    import('../output.js'),
  ]);
  await checkOut(flags.out);
  await withStudy(name, async (study) => {
    const { table, leftOut } = await study.exportTable({ minRuns: flags.minRuns });
    await writeTable(flags.out, table, { digits: flags.digits });
    const result = { file: flags.out, functions: table.size, leftOut };
    const note =
      leftOut > 0 ? `; ${leftOut} left out: fewer than ${flags.minRuns} runs, or no validation or test accuracy` : '';
    const text = `${table.size} functions of study ${name} in ${flags.out}${note}`;
    printResult(result, flags, () => text, flags.out);
  });
}
