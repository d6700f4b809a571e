import { availableParallelism, cpus } from 'node:os';
import Table from 'cli-table3';
import { Command } from 'commander';
import type { Benchmark, BenchmarkOptions, Row } from './benchmark.js';

/** Every benchmark and the module whose default export it is. They measure the compiled program in dist/. */
const BENCHMARKS: Record<string, () => Promise<{ default: Benchmark }>> = {
  'training-step': () => import('./training-step.js'),
  'output-features': () => import('./output-features.js'),
  fisher: () => import('./fisher.js'),
  'fisher-consumers': () => import('./fisher-consumers.js'),
  eigenvalues: () => import('./eigenvalues.js'),
  surrogate: () => import('./surrogate.js'),
  suggest: () => import('./suggest.js'),
  populate: () => import('./populate.js'),
  canonical: () => import('./canonical.js'),
  'canonical-standard': () => import('./canonical-standard.js'),
};

const names = Object.keys(BENCHMARKS);
const program = new Command('bench')
  .description('Measures one part of the program beside a rival or bound, in the same run.')
  .argument('[name]', `one of: ${names.join(', ')}`)
  .option('--model <name>', 'network to measure (fisher)')
  .option('--batch <n>', 'examples in a batch (fisher)', Number)
  .option('--threads <n>', 'threads of the compute backend (fisher)', Number)
  .option('--no-pinned', 'fisher-consumers: let consumers run on any core, not each on one of its own')
  .option('--features <n>', 'entries of a Fisher vector (surrogate)', Number)
  .option('--regressor <name>', 'as in study create (suggest)')
  .option('--acquisition <name>', 'as in study create (suggest)')
  .option('--places <name>', 'as in study create (suggest)')
  .option('--json', 'print the figures as one line of JSON, last')
  .action(measure);

async function measure(name: string | undefined, options: BenchmarkOptions & { json?: boolean }): Promise<void> {
  if (name === undefined) {
    for (const known of names) console.log(`${known.padEnd(18)} ${(await BENCHMARKS[known]!()).default.summary}`);
    return;
  }
  const load = BENCHMARKS[name];
  if (!load) return program.error(`there is no benchmark "${name}"; known: ${names.join(', ')}`, { exitCode: 2 });
  const benchmark = (await load()).default;
  console.log(`${name}: ${benchmark.summary}`);
  const rows = await benchmark.run((line) => console.error(line), options);
  console.log(table(rows));
  if (!options.json) return;
  // The figures of a single row, or of the one that counts most, stand at the top too.
  const headline = rows.length === 1 ? rows[0] : benchmark.headline?.(rows);
  console.log(JSON.stringify({ name, date: new Date().toISOString(), machine: machine(), ...headline, rows }));
}

function table(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const drawn = new Table({ head: columns, style: { head: [], border: [] } });
  for (const row of rows) drawn.push(columns.map((column) => row[column] ?? ''));
  return drawn.toString();
}

const machine = () => ({ cores: availableParallelism(), cpu: cpus()[0]?.model ?? 'unknown', node: process.version });

try {
  await program.parseAsync();
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
