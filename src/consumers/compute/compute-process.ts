import { type ChildProcess, fork } from 'node:child_process';
import { entryPoint } from '../../config.js';
import { AquasurfError, type ErrorCode } from '../../errors.js';
import type { Logger } from '../../log.js';
import type {
  CallMessage,
  ComputeMethod,
  ComputeSettings,
  ErrorData,
  Params,
  ReplyMessage,
  Result,
} from './protocol.js';

interface PendingCall {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  onProgress: ((fraction: number) => void) | undefined;
}

export interface CallOptions {
  /** Aborting kills the child: a native operation cannot be interrupted otherwise. */
  signal?: AbortSignal;
  /** Share of the work that is done, 0 to 1. */
  onProgress?: (fraction: number) => void;
}

/**
 * One child process that owns a device. It computes while this process renews locks and leases; when it crashes, is
 * killed or runs out of memory, the call fails with COMPUTE_CRASHED and the next call starts a new child.
 * Calls run one after another, in the order in which they were made.
 */
export class ComputeProcess {
  readonly #settings: ComputeSettings;
  readonly #env: Record<string, string>;
  readonly #log: Logger;
  readonly #pending = new Map<number, PendingCall>();
  #child: ChildProcess | undefined;
  #nextId = 1;

  /** @param env added to the child's environment, e.g. CUDA_VISIBLE_DEVICES */
  constructor(settings: ComputeSettings, log: Logger, env: Record<string, string> = {}) {
    this.#settings = settings;
    this.#env = env;
    this.#log = log;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async call<M extends ComputeMethod>(method: M, params: Params<M>, options: CallOptions = {}): Promise<Result<M>> {
    options.signal?.throwIfAborted();
    const child = this.#child ?? this.#start();
    const id = this.#nextId++;
    const abort = () => child.kill('SIGKILL');
    options.signal?.addEventListener('abort', abort, { once: true });
    try {
      return (await new Promise<unknown>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject, onProgress: options.onProgress });
        child.send({ id, method, params } satisfies CallMessage, (error) => {
          if (error) reject(crashed(`the compute process does not take calls: ${error.message}`));
        });
      })) as Result<M>;
    } catch (error) {
      options.signal?.throwIfAborted();
      throw error;
    } finally {
      this.#pending.delete(id);
      options.signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends the child; calls under way fail. */
  async close(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  #start(): ChildProcess {
    const child = fork(entryPoint('consumers/compute/compute-main'), [JSON.stringify(this.#settings)], {
      serialization: 'advanced',
      // The child's prints (TensorFlow's, a user module's) go to stderr: stdout holds results only.
      stdio: ['ignore', 2, 2, 'ipc'],
      env: { ...process.env, ...this.#env },
    });
    this.#child = child;
    child.on('message', (message) => this.#receive(message as ReplyMessage));
    child.once('error', (error) => this.#lost(child, `the compute process failed to start: ${error.message}`));
    child.once('exit', (code, signal) =>
      this.#lost(child, `the compute process ended (${signal ?? `exit code ${code}`})`),
    );
    return child;
  }

  #receive(message: ReplyMessage): void {
    if (message.kind === 'notice') {
      this.#log.info(message.line);
      return;
    }
    const call = this.#pending.get(message.id);
    if (!call) return;
    if (message.kind === 'progress') call.onProgress?.(message.fraction);
    else if (message.kind === 'result') call.resolve(message.value);
    else call.reject(revive(message.error));
  }

  #lost(child: ChildProcess, reason: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    for (const call of this.#pending.values()) call.reject(crashed(reason));
  }
}

const crashed = (message: string) => new AquasurfError('COMPUTE_CRASHED', message);

function revive(data: ErrorData): Error {
  const error = data.code ? new AquasurfError(data.code as ErrorCode, data.message) : new Error(data.message);
  if (data.stack) error.stack = data.stack;
  return error;
}
