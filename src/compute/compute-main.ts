import { Worker } from 'node:worker_threads';
import { AquasurfError } from '../errors.js';
import { createMethods } from './methods.js';
import type { CallMessage, ComputeSettings, ErrorData, ReplyMessage } from './protocol.js';

/**
 * The compute process: takes calls from its parent, one after another, and ends when the parent is gone.
 * Started by ComputeProcess with its settings as the only argument.
 */
const settings = JSON.parse(process.argv[2] ?? '{}') as ComputeSettings;
/** The parent may be killed at any moment; a child without one must not go on. */
const end = () => process.exit(0);
const send = (message: ReplyMessage) => {
  process.send?.(message, undefined, {}, (error) => error && end());
};

const methods = createMethods(settings, (line) => send({ kind: 'notice', line }));
let queue: Promise<void> = Promise.resolve();

process.on('message', (message: CallMessage) => {
  queue = queue.then(() => answer(message));
});
process.on('disconnect', end);
// A thread of its own, because a long native operation or a user's endless loop keeps this one from noticing.
new Worker(
  `const parent = process.ppid;
   setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1000);`,
  { eval: true },
).unref();
// Signals from the terminal go to the whole group: the parent decides what happens to running work.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

async function answer({ id, method, params }: CallMessage): Promise<void> {
  try {
    const run = methods[method] as (params: unknown, onProgress: (fraction: number) => void) => Promise<unknown>;
    const value = await run(params, (fraction) => send({ kind: 'progress', id, fraction }));
    send({ kind: 'result', id, value });
  } catch (error) {
    send({ kind: 'error', id, error: describe(error) });
  }
}

function describe(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { message: String(error), code: undefined, stack: undefined };
  return { message: error.message, code: error instanceof AquasurfError ? error.code : undefined, stack: error.stack };
}
