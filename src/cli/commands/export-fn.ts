import { type Command, Option } from 'commander';
import type { ExportTarget } from '../../export/source.js';
import { examples, JSON_FLAG, OPERATORS_FLAG, TASKS_FLAG } from '../help.js';

/** As EXPORT_TARGETS has them; a test compares. Defining a command loads nothing. */
const TARGETS: readonly ExportTarget[] = ['torch', 'keras', 'jax', 'tfjs', 'typescript', 'latex'];

interface ExportFlags {
  to: ExportTarget;
  normalize?: boolean;
  name?: string;
  out?: string;
  operators?: string;
  tasks?: string;
  json?: boolean;
}

export function registerExportFn(program: Command): void {
  const command = program
    .command('export-fn')
    .summary('write a function for another framework')
    .description(
      `Writes a small self-contained file that computes the function as aquasurf does: for PyTorch a function and a module, for Keras a serialisable activation on TensorFlow (Keras 2 and 3), for JAX a function under jit and grad, for TensorFlow.js an ES module with a layer, for TypeScript the function and its derivative without dependencies, for LaTeX a formula.

Operators of your own (--operators) bring their code with them.

Its head names the expression, the canonical hash, the representative that the database knows, and the command.`,
    )
    .argument('<expression>', 'e.g. "max(relu(x),cosh(elu(x)))"')
    .addOption(new Option('--to <target>', 'what to write it for').choices(TARGETS).makeOptionMandatory())
    .option('--normalize', 'bake in the shift and scale that give mean 0 and variance 1 for standard Gaussian input')
    .option('--name <name>', 'the name of the function in the file (default: made from the expression)')
    .option('--out <file>', 'write to this file, replacing it (default: to stdout)')
    .option(...OPERATORS_FLAG)
    .option(...TASKS_FLAG)
    .option(...JSON_FLAG)
    .action((expression: string, flags: ExportFlags) => exportAction(expression, flags, program.version()));
  examples(command, [
    [
      'aquasurf export-fn "max(relu(x),cosh(elu(x)))" --to torch --out activation.py',
      'for `from activation import ...`',
    ],
    ['aquasurf export-fn "swish(erf(x))" --to keras --normalize --name swerf', 'normalised, under a name of your own'],
    ['aquasurf export-fn "swish(erf(x))" --to latex', 'for a paper'],
  ]);
}

async function exportAction(expression: string, flags: ExportFlags, version: string | undefined): Promise<void> {
  const [{ exportFunction }, { checkOut, writeOut }, { operatorsOption }, output] = await Promise.all([
    import('../../export/export-function.js'),
    import('../../out/write-out.js'),
    import('../operators-option.js'),
    import('../output.js'),
  ]);
  const { to, normalize = false, name } = flags;
  if (flags.out !== undefined) await checkOut(flags.out);
  const operators = await operatorsOption(flags);
  const options = {
    ...{ to, normalize },
    ...(version !== undefined && { version }),
    ...(name !== undefined && { name }),
    ...(operators !== undefined && { operators }),
  };
  // Whatever is wrong is found before the database is asked.
  const { hash } = exportFunction(expression, options);
  const representative = await representativeOf(hash);
  const exported = exportFunction(expression, { ...options, ...(representative !== undefined && { representative }) });
  if (flags.out !== undefined) await writeOut(flags.out, exported.code);
  if (flags.json) return output.printResult({ ...exported, file: flags.out ?? null }, flags, () => '', flags.out);
  if (flags.out === undefined) return output.print(exported.code.trimEnd());
  output.notify(`wrote ${exported.name} to ${flags.out}`);
}

/** The smallest known name of the function, where a database knows it. */
async function representativeOf(hash: string): Promise<string | undefined> {
  const [{ readDatabase }, { nameOfRank }] = await Promise.all([
    import('../servers/read-database.js'),
    import('../../domain/expression/rank.js'),
  ]);
  const known = await readDatabase((store) => store.functions.get(hash));
  return known ? nameOfRank(known.rank) : undefined;
}
