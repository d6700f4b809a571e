#!/usr/bin/env node
import { uncaughtError } from '../nn/tasks/guest-context.js';
import { isHangUpIgnored } from './hang-up.js';
import { reportError } from './report-error.js';
import { run } from './run.js';

// Where a user's module is to blame, it has no `process.exit`.
const exit = process.exit.bind(process);

// Under nohup a closed terminal ends nothing; Node has forgotten that the signal was ignored.
if (isHangUpIgnored()) process.on('SIGHUP', () => {});
// What goes to stderr is about the work, which goes on where nobody can read about it.
process.stderr.on('error', () => {});
// Results that cannot be written are what the work was for: it is interrupted as by a signal, so that what it has started
// is closed. In `aquasurf best NAME | head -1` whoever reads has what it wants: nothing is said.
let unwritten: NodeJS.ErrnoException | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (unwritten) return;
  unwritten = error;
  process.emit('SIGTERM', 'SIGTERM');
});

process.on('uncaughtException', (error) => {
  reportError(uncaughtError(error), process.argv.includes('--verbose'));
  exit(1);
});

const exitCode = await run(process.argv.slice(2));
// Everything is closed by now; ending here rather than with the event loop keeps a forgotten timer from holding the shell.
process.stdout.write('', (error?: NodeJS.ErrnoException | null) => {
  const failure = unwritten ?? error;
  if (!failure || failure.code === 'EPIPE') return exit(exitCode);
  process.stderr.write(`aquasurf: the output cannot be written: ${failure.message}\n`, () => exit(1));
});
