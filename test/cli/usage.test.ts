import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useCli } from './run-cli.js';

const cli = useCli();
const TASK = ['--task', 'fashion-mnist/small-cnn'];

/** Whatever is wrong here is found before anything is connected to: the servers of these tests do not exist. */
const WRONG: ReadonlyArray<[args: string[], message: RegExp]> = [
  [['populte', 'x'], /^unknown command 'populte' \(did you mean populate\?\); see `aquasurf --help`$/],
  [['study', 'crate'], /^unknown command 'crate' \(did you mean create\?\); see `aquasurf study --help`$/],
  [['best'], /^missing required argument 'study'; see `aquasurf best --help`$/],
  [['best', 'a', 'b'], /too many arguments/],
  [['best', 'a', '--tpo', '3'], /unknown option '--tpo' \(did you mean --top\?\)/],
  [['best', 'a', '--top', '0'], /Expected a whole number from 1 on/],
  [['study', 'create', 'a', ...TASK], /required option '--space <entries\.\.\.>' not specified/],
  [['study', 'create', 'a b', ...TASK, '--space', 'unary(x)'], /study name "a b": use 1 to 64 letters/],
  [['study', 'create', 'a', ...TASK, '--space', 'unry(x)'], /unknown operator "unry" at character 1/],
  [['study', 'create', 'a', ...TASK, '--space', 'unary(x'], /^expected .* at character 8/],
  [['study', 'create', 'a', ...TASK, '--space', 'standrd'], /unknown space "standrd".*preset \(standard\)/],
  [['study', 'create', 'a', ...TASK, '--space', 'unary(x)', '--metric', 'acc'], /Allowed choices are valAcc, valLoss/],
  [
    ['study', 'create', 'a', '--task', 'nope', '--space', 'unary(x)'],
    /there is no task "nope"; known tasks: fashion-mnist/,
  ],
  [['populate', 'a', '--fn', 'rleu(x)'], /unknown operator "rleu" at character 1; did you mean "relu"\?/],
  [['populate', 'a', '--schema', 'relu(x)'], /relu/],
  [['fisher', 'a', '--fn', 'max(x)'], /max/],
  [['search', 'a'], /required option '--trials <n>' not specified/],
  [['search', 'a', '--trials', '5', '--parallel', 'many'], /Expected auto or a whole number/],
  [
    ['report', 'a', 'relu(x)', '--val-acc', '91.3'],
    /report: --val-acc: 91.3; expected a fraction from 0 to 1: did you mean 0.913\?$/,
  ],
  [['report', 'a', 'relu(x)', '--val-acc', 'high'], /Expected a number/],
  [['report', 'a', 'relu(x)', '--val-acc', '0.9', '--seed', '-1'], /--seed: -1; expected a whole number from 0 to/],
  [['report', 'a', 'relu(x', '--val-acc', '0.9'], /at character 7/],
  [['suggest', 'a', '--lease', '8h'], /--lease is of a claim: give --claim as well/],
  [['suggest', 'a', '--claim', '--lease', 'long'], /Expected a time such as 90m, 8h or 2d/],
  [['fn', 'frobnicate(x)'], /unknown operator "frobnicate" at character 1/],
  [['worker', '--queues', 'trainin'], /unknown queue "trainin"; did you mean training\?/],
  [['worker', '--gpus', '0,b'], /--gpus 0,b: give auto, none, or device numbers/],
  [['search', 'a', '--trial', '3'], /unknown option '--trial' \(did you mean --trials\?\)/],
  [['plot', 'a', '--kinds=history'], /unknown option '--kinds' \(did you mean --kind\?\)/],
  [['worker', '--gpus', '999'], /--gpus 999: there is no GPU 999: .*; use --gpus none for the CPU/],
  [['worker', '--tasks', './nowhere'], /there is no folder .*nowhere/],
  [['monitor', '--port', '70000'], /Expected a whole number from 0 to 65535/],
  [['monitor', '--host', '0.0.0.0'], /set AQUASURF_TOKEN/],
  [['clean', 'a'], /asks before it deletes, and this is no terminal: give --yes/],
  [['soft-clean', 'a'], /give --yes/],
  [['study', 'delete', 'a'], /give --yes/],
  [['backend', 'install', 'tpu'], /Allowed choices are cpu, gpu/],
];

describe('wrong usage is one clear line and exit code 2', () => {
  it.each(WRONG)('%j', async (args, message) => {
    const { code, stdout, stderr } = await cli.run(...args);
    expect(stderr).toMatch(/^aquasurf: [^\n]+\n$/);
    expect(stderr.trim().slice('aquasurf: '.length)).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('a command alone that needs another one shows its help', async () => {
    for (const args of [[], ['study'], ['backend']]) {
      const { code, stdout, stderr } = await cli.run(...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('Usage: aquasurf');
    }
  });

  it('leaves no trace in the folder', () => {
    expect(readdirSync(cli.folder)).toEqual([]);
  });
});

describe('a wrong environment', () => {
  const wrong = useCli({ REDIS_URL: 'http://user:secret@host', MONGODB_URI: 'mongodb://127.0.0.1:1/x' });

  it('names the variable and what was expected, not the password', async () => {
    const { code, stderr } = await wrong.run('study', 'list');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^aquasurf: environment variable REDIS_URL: expected redis:.*\n$/);
    expect(stderr).not.toContain('secret');
  });
});

describe('--verbose', () => {
  it('shows the stack, wherever it stands in the line', async () => {
    for (const args of [
      ['--verbose', 'fn', 'relu('],
      ['fn', 'relu(', '--verbose'],
    ]) {
      const { code, stderr } = await cli.run(...args);
      expect(code).toBe(2);
      expect(stderr).toMatch(/\n {4}at .*\.js:\d+/);
    }
  });
});
