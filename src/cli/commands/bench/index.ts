import type { Command } from 'commander';
import { examples } from '../../help.js';
import { registerReplay } from './replay.js';
import { registerTable } from './table.js';

export function registerBench(program: Command): void {
  const bench = program
    .command('bench')
    .summary('compare ways to search, on a table of results')
    .description(
      'Benchmarks of searching: no network is trained, results come from a table in the format of Act-Bench.',
    );
  registerReplay(bench);
  registerTable(bench);
  examples(bench, [
    ['aquasurf bench replay --table table.json.gz --searcher random ours', 'two searchers, 50 searches each'],
  ]);
}
