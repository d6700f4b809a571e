import { isDeepStrictEqual } from 'node:util';
import { type Command, Option } from 'commander';
import type { ImportOptions } from '../../producers/import-results.js';
import { examples, JSON_FLAG } from '../help.js';

interface ImportFlags {
  study: string;
  features?: NonNullable<ImportOptions['features']>;
  json?: boolean;
}

export function registerImport(program: Command): void {
  const command = program
    .command('import')
    .summary('add the results of a file to a study')
    .description(
      "Reads a table in the format of Act-Bench (as `export` writes it), gzipped or not, or a SQLite database of the original Python program. Adds its functions to the study's space, and results and Fisher features to their trials. What is there stays, so that it can be run again. Equivalent functions of the file become one.",
    )
    .argument('<file>', 'the file')
    .requiredOption('--study <name>', 'the study that takes it')
    .addOption(
      new Option(
        '--features <source>',
        'what its Fisher features are: of the original program, whose quirks they have; of a study with the same task and settings as this one; or not wanted (default: what the file says, as files of `export` do, else original)',
      ).choices(['original', 'study', 'none']),
    )
    .option(...JSON_FLAG)
    .action(importAction);
  examples(command, [
    ['aquasurf import act_bench_cnn.json --study paper', 'results and features of Act-Bench'],
    ['aquasurf import aquasurf.db --study paper', 'a database of the original program'],
    ['aquasurf import table.json.gz --study small', 'what `aquasurf export` wrote elsewhere'],
  ]);
}

async function importAction(file: string, flags: ImportFlags): Promise<void> {
  const [{ readResults }, { settingsText }, { withStudy }, { notify, printResult }] = await Promise.all([
    import('../../act-bench/read-results.js'),
    import('../../producers/imported-settings.js'),
    import('../command-context.js'),
    import('../output.js'),
  ]);
  const results = await readResults(file);
  await withStudy(flags.study, async (study) => {
    const before = (await study.info()).fisher;
    const report = await study.importResults(results, flags.features ? { features: flags.features } : {});
    const { fisher } = await study.info();
    if (!isDeepStrictEqual(before, fisher)) {
      notify(
        `Fisher features of study ${flags.study} are now ${settingsText(fisher)}, as the file's; before: ${settingsText(before)}`,
      );
    }
    printResult(report, flags, ({ added, known, running, waiting, features, merged, unusable }) => {
      const notes = [
        known > 0 ? `${known} had results before` : '',
        waiting > 0 ? `${waiting} without results` : '',
        running > 0 ? `${running} are being trained: import again later` : '',
        merged > 0 ? `${merged} merged with equivalent ones` : '',
        unusable > 0 ? `${unusable} left out: outputs not finite or all equal` : '',
      ].filter((note) => note !== '');
      return [`study ${flags.study}: ${added} functions with results added, ${features} with features`, ...notes].join(
        '; ',
      );
    });
  });
}
