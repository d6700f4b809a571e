import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { packageDir } from '../../src/config.js';
import { SEARCHERS } from '../../src/domain/replay/searchers.js';
import { SPACE_PRESETS } from '../../src/producers/spaces/space-entries.js';
import { JOB_NAMES } from '../../src/queues/jobs.js';
import { useCli } from './run-cli.js';

/** The table of commands, and what belongs to it. */
const EXPECTED = [
  ...[
    'study create',
    'study list',
    'study show',
    'study update-task',
    'study delete',
    'task list',
    'task layers',
    'populate',
    'fisher',
    'search',
  ],
  ...[
    'pause',
    'resume',
    'stop',
    'train',
    'worker',
    'suggest',
    'report',
    'extend',
    'release',
    'fail',
    'best',
    'summary',
    'fn',
    'export',
    'import',
    'export-fn',
    'clean',
    'soft-clean',
  ],
  ...['bench replay', 'bench table', 'plot', 'monitor', 'doctor', 'backend install', 'backend show', 'quickstart'],
];

const program = createProgram();
const cli = useCli();

describe('the help', () => {
  it('covers every command of the table', () => {
    expect(paths(program).sort()).toEqual([...EXPECTED].sort());
  });

  it.each([...EXPECTED, 'study', 'task', 'backend', 'bench'])(
    'of %s explains itself, with an example',
    async (path) => {
      const { code, stdout, stderr } = await cli.run(...path.split(' '), '--help');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`Usage: aquasurf ${path}`);
      expect(stdout).toMatch(new RegExp(`Examples:\\n {2}\\$ (.*; )?[^\\n]*aquasurf ${path}\\b`));
    },
  );

  it('of the program shows how to begin and what exit codes mean', async () => {
    const { code, stdout } = await cli.run('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('aquasurf quickstart');
    expect(stdout).toContain('Exit codes: 0 done, 1 failed, 2 wrong usage');
  });

  it('names every queue, preset and searcher: definitions do not import them, to start fast', () => {
    const help = (path: string) => find(program, path).helpInformation().replace(/\s+/g, ' ');
    for (const name of JOB_NAMES) expect(help('worker')).toContain(name);
    for (const name of SEARCHERS) expect(help('bench replay')).toContain(`"${name}"`);
    for (const name of Object.keys(SPACE_PRESETS)) expect(help('study create')).toContain(`preset ${name}`);
  });

  it.each(EXPECTED)('of %s offers --json where a result is printed', (path) => {
    const silent = ['study delete', 'clean', 'soft-clean', 'worker', 'monitor', 'backend install', 'quickstart'];
    const offered = find(program, path).options.some(({ long }) => long === '--json');
    expect(offered).toBe(!silent.includes(path));
  });

  it('comes quickly: before a command runs, nothing is loaded but commander and files of our own', () => {
    const packages = [...staticImports(join(packageDir, 'src/cli/main.ts'))].filter(
      (name) => !name.startsWith('node:'),
    );
    expect(packages).toEqual(['commander']);
  });
});

it('--version prints the version of the package', async () => {
  const { code, stdout } = await cli.run('--version');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

/** Commands that do something, e.g. `study create`. */
function paths(command: Command, prefix: string[] = []): string[] {
  return command.commands.flatMap((child) => {
    const path = [...prefix, child.name()];
    return child.commands.length > 0 ? paths(child, path) : [path.join(' ')];
  });
}

function find(root: Command, path: string): Command {
  return path.split(' ').reduce((command, name) => {
    const found = command.commands.find((child) => child.name() === name);
    if (!found) throw new Error(`no command ${path}`);
    return found;
  }, root);
}

/** Packages that the file and what it imports load at once; imports of types and `import()` load nothing. */
function staticImports(file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  const pattern = /^(?:import|export) (?!type )(?:[^;'"]*? from )?'([^']+)'/gms;
  for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(pattern)) {
    if (!target.startsWith('.')) packages.add(target);
    else
      for (const name of staticImports(join(dirname(file), target.replace(/\.js$/, '.ts')), seen)) packages.add(name);
  }
  return packages;
}
