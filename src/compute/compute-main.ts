import { AsyncLocalStorage } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { refuseExit } from '../nn/tasks/guest-context.js';
import { describeError } from './error-data.js';
import { createMethods, type Report } from './methods.js';
import { markOf } from './printed-lines.js';
import type { CallMessage, ComputeSettings, ReplyMessage } from './protocol.js';

/**
 * The compute process: takes calls from its parent, one after another, and ends when the parent is gone.
 * Started by ComputeProcess with its settings as the only argument.
 */
const settings = JSON.parse(process.argv[2] ?? '{}') as ComputeSettings;
const exit = process.exit.bind(process);
/** The parent may be killed at any moment; a child without one must not go on. */
const end = () => exit(0);
const post = process.send?.bind(process);
const send = (message: ReplyMessage, sent: (error: Error | null) => void = (error) => error && end()) => {
  post?.(message, undefined, {}, sent);
};
// Libraries that find it tell their parent that they are ready: ours would take that for a reply.
delete process.send;

// Else what does not fit into the pipe of a parent that reads slowly is kept in memory, however much that is.
for (const { _handle } of [process.stdout, process.stderr] as unknown as Array<{ _handle?: BlockingHandle }>) {
  _handle?.setBlocking?.(true);
}
interface BlockingHandle {
  setBlocking?: (blocking: boolean) => void;
}

// User code can end the process, whose parent would not know why; so an error says it.
process.exit = refuseExit;

const notify = (line: string) => process.stderr.write(`${line}\n`);
const methods = createMethods(settings, notify, () => {
  send({ kind: 'changed' });
  return new Promise<never>(() => {});
});
/** The call that code belongs to: timers and promises that it leaves behind, too. */
const present = new AsyncLocalStorage<CallMessage>();
let queue: Promise<void> = Promise.resolve();

process.on('message', (message: CallMessage) => {
  queue = queue.then(() => present.run(message, () => answer(message)));
});
process.on('disconnect', end);
// Rejections that nobody handles come here, too. What state the process is in nobody knows.
process.on('uncaughtException', (error) => {
  const call = present.getStore();
  send({ kind: 'uncaught', id: call?.id, about: call?.about ?? {}, error: describeError(error) }, () => exit(1));
});
// A thread of its own, because a long native operation or a user's endless loop keeps this one from noticing.
new Worker(
  `const parent = process.ppid;
   setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1000);`,
  { eval: true },
).unref();
// Signals from the terminal go to the whole group: the parent decides what happens to running work.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

async function answer({ id, method, params, about }: CallMessage): Promise<void> {
  for (const output of [1, 2]) writeSync(output, markOf(about));
  try {
    const run = methods[method] as (params: unknown, report: Report) => Promise<unknown>;
    const value = await run(
      params,
      seldom((doing, fraction = 0) => send({ kind: 'progress', id, doing, fraction })),
    );
    send({ kind: 'result', id, value });
  } catch (error) {
    send({ kind: 'error', id, error: describeError(error) });
  }
}

/** At most two messages a second about the same. */
function seldom(report: Report): Report {
  let last = { doing: '', at: 0 };
  return (doing, fraction) => {
    const at = performance.now();
    if (doing === last.doing && at - last.at < 500) return;
    last = { doing, at };
    report(doing, fraction);
  };
}
