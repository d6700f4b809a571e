#!/usr/bin/env node
import { uncaughtError } from '../nn/tasks/guest-context.js';
import { reportError } from './report-error.js';
import { run } from './run.js';

// `aquasurf best NAME | head -1`: whoever reads has gone; the command ends as it would have, without a trace.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    if (stream === process.stdout) process.stderr.write(`aquasurf: the output cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}

// Where a user's module is to blame, it has no `process.exit`.
const exit = process.exit.bind(process);
process.on('uncaughtException', (error) => {
  reportError(uncaughtError(error), process.argv.includes('--verbose'));
  exit(1);
});

const exitCode = await run(process.argv.slice(2));
// Everything is closed by now; ending here rather than with the event loop keeps a forgotten timer from holding the shell.
process.stdout.write('', () => process.exit(exitCode));
