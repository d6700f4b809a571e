import { type Config, loadConfig } from '../config.js';
import type { TaskFolders } from '../nn/tasks/task-registry.js';
import { type Addresses, openPipeline } from '../open-pipeline.js';
import type { Pipeline } from '../queues/pipeline.js';
import { Reminders } from '../reminders.js';
import { findServices } from '../services/services.js';
import { Study } from '../study.js';
import { type Interruption, interruptible, unlessAborted } from './interruption.js';
import { notify as notifyOnStderr } from './output.js';
import { lostDatabase } from './servers/lost-server.js';

/** What a command has to work with. */
export interface CommandContext {
  pipeline: Pipeline;
  config: Config;
  /** Where Redis and MongoDB are; they may hold passwords. */
  addresses: Addresses;
  interruption: Interruption;
}

interface PipelineOptions {
  /**
   * What Ctrl-C does: `abandons` leaves the work where it is, closes everything and ends with exit code 130, a second
   * one without closing; `is-handled` leaves it to the work, which watches `interruption`. @defaultValue 'abandons'
   */
  interrupt?: 'abandons' | 'is-handled';
  /** The caller's own, who handles it: what `interrupt` says does not matter. */
  interruption?: Interruption;
  /** Told what is found and started. @defaultValue a line on stderr */
  notify?: (line: string) => void;
}

/** Finds or starts the servers, connects, does the work, and closes all of it again, also after Ctrl-C. */
export function withPipeline<T>(
  work: (context: CommandContext) => Promise<T>,
  options: PipelineOptions = {},
): Promise<T> {
  const config = loadConfig();
  const { notify = notifyOnStderr } = options;
  const run = async (interruption: Interruption): Promise<T> => {
    const { first, second } = interruption;
    const abandons = options.interrupt !== 'is-handled' && options.interruption === undefined;
    if (abandons) second.addEventListener('abort', () => process.exit(130), { once: true });
    const services = await findServices(config, { start: true, notify, signal: first });
    try {
      first.throwIfAborted();
      const reminders = new Reminders(notify);
      const pipeline = await openPipeline(services, (reason) =>
        reminders.tell(`Redis takes no writes (${reason}): waiting until it does`),
      );
      pipeline.store.damage.onFound(({ message }) => notify(`left out: ${message}`));
      try {
        const done = work({ pipeline, config, addresses: services, interruption });
        return await (abandons ? unlessAborted(first, done) : done);
      } catch (error) {
        throw lostDatabase(error, services) ?? error;
      } finally {
        await pipeline.close();
      }
    } finally {
      await services.close();
    }
  };
  return options.interruption ? run(options.interruption) : interruptible(run);
}

/** `withPipeline` for commands about one study. @param modules where its task is looked for, if it is needed */
export function withStudy<T>(
  name: string,
  work: (study: Study, context: CommandContext) => Promise<T>,
  modules?: TaskFolders,
): Promise<T> {
  return withPipeline((context) => work(new Study(name, context.pipeline, modules), context));
}
