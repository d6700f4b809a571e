import { AquasurfError, errorLine } from '../errors.js';
import type { ServerAddress, ServerKind, StartContext } from './server-kind.js';

/** What a source would do now. */
export interface Plan {
  /** As an infinitive, e.g. "start mongod 8.0.17". */
  does: string;
  /** Whether something must be downloaded or built first. */
  provides: boolean;
}

type Folders = Pick<StartContext, 'dataDir' | 'cacheDir'>;

/** One way to get a server of our own. The sources of a kind are tried in their order. */
export interface ServerSource {
  /**
   * Finds out whether `start` is worth trying; changes nothing.
   * @throws AquasurfError SERVICE_UNAVAILABLE: why it cannot be done here, e.g. "mongod is not on PATH"
   */
  plan: (folders: Folders) => Promise<Plan>;
  /**
   * Starts the server, which lets in nobody without its password, and waits until it answers.
   * @throws AquasurfError SERVICE_UNAVAILABLE; its message says what is missing or what the server said
   */
  start: (context: StartContext) => Promise<ServerAddress>;
}

/** What a source throws: the reason, as half a sentence. */
export const unavailable = (reason: string, cause?: unknown): AquasurfError =>
  new AquasurfError('SERVICE_UNAVAILABLE', reason, { cause });

/**
 * Starts a server by the first source that can, and tells what takes time or follows a failure.
 * @throws AquasurfError SERVICE_UNAVAILABLE with the reasons of all sources
 */
export async function startByFirst(kind: ServerKind, context: StartContext): Promise<ServerAddress> {
  const reasons: string[] = [];
  let told = 0;
  for (const source of kind.sources(context.dataDir)) {
    try {
      const { does, provides } = await source.plan(context);
      const why = reasons.slice(told);
      if (provides || why.length > 0) context.notify(`${kind.title}: ${[...why, `trying to ${does}`].join('; ')}`);
      told = reasons.length;
      return await source.start(context);
    } catch (error) {
      context.signal?.throwIfAborted();
      if (!isRefusal(error)) throw error;
      reasons.push(errorLine(error));
    }
  }
  throw unavailable([...new Set(reasons)].join('; '));
}

/** What `startByFirst` would begin with; without a plan, the reasons of all sources. Changes nothing. */
export async function planFirst(
  kind: ServerKind,
  folders: Folders,
): Promise<{ plan: Plan | undefined; reasons: string[] }> {
  const reasons: string[] = [];
  for (const source of kind.sources(folders.dataDir)) {
    try {
      return { plan: await source.plan(folders), reasons };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      reasons.push(errorLine(error));
    }
  }
  return { plan: undefined, reasons };
}

/** What a source or the operating system says; anything else is a fault of ours. */
const isRefusal = (error: unknown): boolean =>
  error instanceof AquasurfError || (error instanceof Error && 'syscall' in error);
