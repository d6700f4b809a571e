import { AsyncLocalStorage } from 'node:async_hooks';
import { AquasurfError, errorLine } from '../../errors.js';

/** The path of the user's module that code belongs to: timers and promises that it leaves behind, too. */
const guest = new AsyncLocalStorage<string>();

/** Marks what stands in the place of `process.exit`. */
const CONTAINED = Symbol('contained');

/** In place of `process.exit`: user code cannot end the process, and an error says that it tried. */
export const refuseExit: typeof process.exit = Object.assign(
  (code?: number | string | null): never => {
    throw new Error(`it ends the process (process.exit(${code ?? ''}))`);
  },
  { [CONTAINED]: true },
);

/** Runs code of a user's module: what it prints, now and later, goes to stderr, and it cannot end the process. */
export function runGuest<T>(path: string, code: () => T): T {
  contain();
  return guest.run(path, code);
}

/** For good, since nobody knows how long a module goes on; everybody else meets no difference. */
function contain(): void {
  const { exit, stdout } = process;
  const { write } = stdout;
  if (!(CONTAINED in exit)) {
    const leave = (code?: number | string | null): never =>
      guest.getStore() === undefined ? exit.call(process, code) : refuseExit(code);
    process.exit = Object.assign(leave, { [CONTAINED]: true });
  }
  if (!(CONTAINED in write)) {
    const print = (...text: Parameters<typeof write>) =>
      guest.getStore() === undefined ? write.apply(stdout, text) : process.stderr.write(...text);
    stdout.write = Object.assign(print as typeof write, { [CONTAINED]: true });
  }
}

/** An error that nobody caught, with the user's module that brought it about, if it was one. */
export function uncaughtError(error: unknown): unknown {
  const path = guest.getStore();
  if (path === undefined) return error;
  const what = 'a timer or promise that nobody waits for failed';
  return new AquasurfError('TASK_INVALID', `${path}: ${what}: ${errorLine(error)}`, { cause: error });
}
