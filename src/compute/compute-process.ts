import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { entryPoint } from '../config.js';
import { AquasurfError, type ErrorCode } from '../errors.js';
import type { Logger } from '../log.js';
import { reviveError } from './error-data.js';
import { type About, PrintedLines } from './printed-lines.js';
import { LOADING, ProgressWatch, STALL } from './progress-watch.js';
import type { CallMessage, ComputeMethod, ComputeSettings, Params, ReplyMessage, Result } from './protocol.js';

interface PendingCall {
  message: CallMessage;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  onProgress: CallOptions['onProgress'];
  /** Whether the present child has got it. */
  sent: boolean;
  /** Nobody waits for it any more. */
  abandoned: boolean;
}

export interface CallOptions {
  /** What the lines that it prints are tagged with in the log. */
  about?: About;
  /** Aborting kills the child: a native operation cannot be interrupted otherwise. */
  signal?: AbortSignal;
  /** Share of the work that is done, 0 to 1, and what it is at. */
  onProgress?: ((fraction: number, doing: string) => void) | undefined;
}

/** What the child printed may come so long after its end, in milliseconds. */
const LAST_WORDS = 500;

/**
 * One child process that owns a device. It computes while this process renews locks and leases. Calls run one after
 * another, in the order in which they were made; the child has the next ones at hand, so that it never waits for this
 * process between two. When it crashes, is killed or runs out of memory, the call that it was at fails with
 * COMPUTE_CRASHED, and a new child goes on with the others.
 */
export class ComputeProcess {
  readonly #settings: ComputeSettings;
  readonly #env: Record<string, string>;
  readonly #log: Logger;
  readonly #stallMs: number;
  /** In the order in which they were made: the child is at the first. */
  readonly #pending = new Map<number, PendingCall>();
  #child: ChildProcess | undefined;
  /** Of the child. */
  #watch: ProgressWatch | undefined;
  #nextId = 1;

  /**
   * @param env added to the child's environment, e.g. CUDA_VISIBLE_DEVICES
   * @param stallMs a call that says nothing for so long fails, in milliseconds; loading data has six times as long
   */
  constructor(settings: ComputeSettings, log: Logger, env: Record<string, string> = {}, stallMs: number = STALL) {
    this.#settings = settings;
    this.#env = env;
    this.#log = log;
    this.#stallMs = stallMs;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async call<M extends ComputeMethod>(method: M, params: Params<M>, options: CallOptions = {}): Promise<Result<M>> {
    const { signal, onProgress, about = {} } = options;
    signal?.throwIfAborted();
    const message = { id: this.#nextId++, method, params, about };
    let abort = () => {};
    try {
      return (await new Promise<unknown>((resolve, reject) => {
        const call: PendingCall = { message, resolve, reject, onProgress, sent: false, abandoned: false };
        this.#pending.set(message.id, call);
        abort = () => this.#abandon(call, signal?.reason);
        signal?.addEventListener('abort', abort, { once: true });
        this.#send(call);
      })) as Result<M>;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends the child; calls under way fail. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#watch?.stop();
    for (const call of this.#pending.values()) call.reject(crashed('the compute process was closed'));
    this.#pending.clear();
    if (!child || hasEnded(child)) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const silent = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
    // A process that user code started may hold the child's outputs open.
    await Promise.race([silent, sleep(LAST_WORDS, undefined, { ref: false })]);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }

  /** To the child, which is started where there is none; one that is ending takes no more: `#lost` sends it again. */
  #send(call: PendingCall): void {
    const child = this.#child ?? this.#start();
    if (!child.connected) return;
    try {
      // An error of the channel is followed by the child's end.
      child.send(call.message, () => {});
      call.sent = true;
    } catch (error) {
      this.#pending.delete(call.message.id);
      call.reject(error);
    }
  }

  #start(): ChildProcess {
    const child = fork(entryPoint('compute/compute-main'), [JSON.stringify(this.#settings)], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...this.#env },
    });
    this.#child = child;
    this.#watch = this.#watchOver(child);
    const printed = new PrintedLines((line, about) => this.#log.info(about, line));
    for (const stream of [child.stdout, child.stderr]) if (stream) printed.read(stream);
    child.on('message', (message) => this.#receive(child, message as ReplyMessage));
    child.once('error', (error) => {
      for (const call of this.#pending.values()) call.sent = true;
      this.#lost(child, `the compute process failed to start: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      const lost = () => this.#lost(child, `the compute process ended (${signal ?? `exit code ${code}`})`);
      // What it has sent may still be in the channel: without that, the wrong call would be blamed.
      if (child.connected) child.once('disconnect', lost);
      else lost();
    });
    return child;
  }

  #receive(child: ChildProcess, message: ReplyMessage): void {
    if (this.#child !== child) return;
    if (message.kind === 'uncaught') {
      this.#blame(child, message);
      return;
    }
    if (message.kind === 'changed') {
      child.kill('SIGKILL');
      this.#lost(child, 'a module has changed', 'nobody');
      return;
    }
    const call = this.#pending.get(message.id);
    if (message.kind === 'progress') {
      const { doing, fraction } = message;
      this.#watch?.moved(fraction > 0 ? `${doing}, ${Math.floor(100 * fraction)} %` : doing);
      call?.onProgress?.(fraction, doing);
      return;
    }
    this.#watch?.moved('starting');
    this.#pending.delete(message.id);
    if (message.kind === 'result') call?.resolve(message.value);
    else call?.reject(reviveError(message.error));
    this.#endAbandoned();
  }

  #watchOver(child: ChildProcess): ProgressWatch {
    const first = () => this.#pending.values().next().value;
    return new ProgressWatch(this.#stallMs, {
      busy: () => first() !== undefined,
      onStill: (how) => this.#log.warn(first()?.message.about ?? {}, how),
      onStalled: (how, doing) => {
        const reason = `${how}: the compute process was ended; \`aquasurf worker --stall\` sets the limit`;
        child.kill('SIGKILL');
        // Data that do not come are no fault of the function whose turn it was.
        this.#lost(child, reason, undefined, doing === LOADING ? 'DATA_SET_UNAVAILABLE' : 'COMPUTE_CRASHED');
      },
    });
  }

  /** A timer or promise of user code threw: that is no fault of the call that the child is at, unless it is its own. */
  #blame(child: ChildProcess, { id, about, error }: Extract<ReplyMessage, { kind: 'uncaught' }>): void {
    child.kill('SIGKILL');
    const reason = `a timer or promise of the task that nobody waits for failed: ${error.message}`;
    const culprit = this.#pending.get(id ?? 0);
    if (!culprit) this.#log.warn(about, reason);
    const blamed = id === undefined ? undefined : (culprit ?? 'nobody');
    this.#lost(child, reason, blamed);
  }

  /** Of one whose caller gave up: it fails now, and the child does not go on with it. */
  #abandon(call: PendingCall, reason: unknown): void {
    call.abandoned = true;
    call.reject(reason);
    // When all calls of this signal are abandoned: none of them needs a new child.
    queueMicrotask(() => this.#endAbandoned());
  }

  /** A native operation cannot be interrupted: a child that is at an abandoned call is killed. */
  #endAbandoned(): void {
    const [first] = this.#pending.values();
    if (!first?.abandoned) return;
    const child = this.#child;
    child?.kill('SIGKILL');
    this.#lost(child, 'the call was abandoned');
  }

  /** The call that the child was at fails, or the one that is to blame; a new child gets the others. */
  #lost(
    child: ChildProcess | undefined,
    reason: string,
    blamed?: PendingCall | 'nobody',
    code: ErrorCode = 'COMPUTE_CRASHED',
  ): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#watch?.stop();
    const [first] = this.#pending.values();
    const failed = blamed ?? (first?.sent ? first : 'nobody');
    if (failed !== 'nobody') {
      this.#pending.delete(failed.message.id);
      failed.reject(new AquasurfError(code, reason));
    }
    for (const call of [...this.#pending.values()]) {
      call.sent = false;
      if (call.abandoned) this.#pending.delete(call.message.id);
      else this.#send(call);
    }
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

const crashed = (message: string) => new AquasurfError('COMPUTE_CRASHED', message);
