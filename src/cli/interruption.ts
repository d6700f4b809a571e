import { isHangUpIgnored } from './hang-up.js';

/** Ctrl-C, SIGTERM or a closed terminal ended a command before its end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** What shells give for a program that SIGINT ended. */
  readonly exitCode = 130;

  /** @param message what it means for the work, for people */
  constructor(message = 'interrupted') {
    super(message);
  }
}

export interface Interruption {
  /** Aborted, with `Interrupted` as reason, by the first SIGINT, SIGTERM or SIGHUP. */
  first: AbortSignal;
  /** Aborted by the second. A third ends the process at once. */
  second: AbortSignal;
}

/**
 * A wish that comes again so soon is the same one, in milliseconds: under npm and npx, Ctrl-C reaches a command twice,
 * from the terminal and handed on by npm.
 */
const SAME_WISH = 500;

/** Runs `work` with SIGINT, SIGTERM and SIGHUP (the terminal was closed) turned into abort signals. */
export async function interruptible<T>(work: (interruption: Interruption) => Promise<T>): Promise<T> {
  const controllers = [new AbortController(), new AbortController()] as const;
  let wishes = 0;
  let last = Number.NEGATIVE_INFINITY;
  const interrupt = () => {
    const now = performance.now();
    if (now - last < SAME_WISH) return;
    last = now;
    const controller = controllers[wishes++];
    if (controller) controller.abort(new Interrupted());
    else process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', ...(isHangUpIgnored() ? [] : (['SIGHUP'] as const))] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work({ first: controllers[0].signal, second: controllers[1].signal });
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

/** The outcome of `work`, or a rejection as soon as the signal aborts; `work` is then left to itself. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', abort);
    work.catch(() => {});
  }
}

/** Resolves when the signal aborts. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
