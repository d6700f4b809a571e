import { checkTaskApart } from './compute/check-task-apart.js';
import { type Config, loadConfig } from './config.js';
import { AquasurfError } from './errors.js';
import { resolveOperators } from './nn/tasks/operator-registry.js';
import { resolveTask, type TaskFolders } from './nn/tasks/task-registry.js';
import { openPipeline } from './open-pipeline.js';
import { ensureStudy, type StudyOptions } from './producers/create-study.js';
import type { Pipeline } from './queues/pipeline.js';
import { findServices } from './services/services.js';
import { checkStudyName } from './store/document-schemas.js';
import { argument } from './study/arguments.js';
import { underWayAtClose } from './study/under-way-at-close.js';
import { Study } from './study.js';

export interface OpenOptions {
  /** @defaultValue REDIS_URL, else a server that is found or started as on the command line */
  redisUrl?: string;
  /** @defaultValue MONGODB_URI, else as above */
  mongodbUri?: string;
  /**
   * Create the study with these settings where it does not exist yet.
   * `task` is a built-in name or one found in `aquasurf.config.ts` or `tasksDir`, and so are `operators`. Its network is
   * built, its data are loaded and one batch is trained before, in a process of its own, unless `check` is false (where
   * network or data are not on this machine): workers do not compare their data with those of others then.
   */
  create?: Omit<StudyOptions, 'name' | 'task' | 'dataHash' | 'operators'> & {
    task: string;
    operators?: string;
    /** @defaultValue true */
    check?: boolean;
  };
  /** Go on with a Redis whose maxmemory-policy lets it drop jobs. @defaultValue AQUASURF_ALLOW_EVICTION, else false */
  allowEviction?: boolean;
  /** A folder of task modules, or one module. */
  tasksDir?: string;
}

/**
 * A study with connections of its own; `close` it. What is asked of it afterwards is refused: AquasurfError CLOSED. So
 * ends what is under way at `close`, whether or not it is stored by then.
 */
export class OpenStudy extends Study {
  readonly #close: () => Promise<void>;
  readonly #state: { closing?: Promise<void> };

  constructor(name: string, pipeline: Pipeline, close: () => Promise<void>, modules: TaskFolders) {
    const state: { closing?: Promise<void> } = {};
    super(name, untilClosed(name, pipeline, state), modules);
    this.#state = state;
    this.#close = close;
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#state.closing !== undefined;
  }

  /** Closes the connections, and servers that were started for them and are used by nobody else. It may come twice. */
  close(): Promise<void> {
    this.#state.closing ??= this.#close();
    return this.#state.closing;
  }
}

/** The pipeline, which the driver's own words would explain badly once it is closed. */
function untilClosed(name: string, { store, queues }: Pipeline, state: { closing?: Promise<void> }): Pipeline {
  const open = <T>(part: T): T => {
    if (state.closing === undefined) return part;
    throw wasClosed(name);
  };
  return {
    get store() {
      return open(store);
    },
    get queues() {
      return open(queues);
    },
  };
}

const wasClosed = (name: string): AquasurfError =>
  new AquasurfError('CLOSED', `study ${name} was closed: open it again with openStudy`);

/**
 * Opens a study by name.
 *
 * @example
 * const study = await openStudy('digits', { create: { task: 'fashion-mnist/small-cnn', space: ['unary(unary(x))'] } });
 * await study.populate();
 * await study.close();
 *
 * @throws AquasurfError STUDY_NOT_FOUND where there is none and `create` is not given; TASK_INVALID and others of its task
 */
export async function openStudy(name: string, options: OpenOptions = {}): Promise<OpenStudy> {
  checkStudyName(name);
  argument('openOptions', options, 'openStudy');
  const config: Config = { ...loadConfig() };
  if (options.redisUrl !== undefined) config.redisUrl = options.redisUrl;
  if (options.mongodbUri !== undefined) config.mongodbUri = options.mongodbUri;
  if (options.allowEviction !== undefined) config.allowEviction = options.allowEviction;
  const modules: TaskFolders = {
    projectDir: config.projectDir,
    ...(options.tasksDir === undefined ? {} : { tasksDir: options.tasksDir }),
  };
  const services = await findServices(config, { start: true, notify: () => {} });
  try {
    const pipeline = await openPipeline(services);
    const close = async () => {
      await pipeline.close();
      await services.close();
    };
    try {
      const exists = await pipeline.store.studies.exists(name);
      if (!exists && options.create) {
        const { task: taskName, operators: setName, check = true, ...rest } = options.create;
        const task = await resolveTask(taskName, modules);
        const operators = await resolveOperators(setName ?? 'standard', modules);
        const dataHash = check ? await checkTaskApart(task, operators, modules) : undefined;
        await ensureStudy(pipeline, { ...rest, name, task, dataHash, operators });
      } else {
        await pipeline.store.studies.get(name);
      }
      const study = new OpenStudy(name, pipeline, close, modules);
      return underWayAtClose(study, () => (study.closed ? wasClosed(name) : undefined));
    } catch (error) {
      await pipeline.close();
      throw error;
    }
  } catch (error) {
    await services.close();
    throw error;
  }
}
