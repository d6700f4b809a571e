import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { loadConfig } from '../../config.js';
import type { ConsumerProcessOptions } from '../../consumers/consumer-main.js';
import { Supervisor } from '../../consumers/supervisor.js';
import { AquasurfError } from '../../errors.js';
import { createLogger } from '../../log.js';
import { BACKEND_NAMES, findBackends } from '../../nn/backend/find-backend.js';
import { DEVICE_JOBS, type JobName } from '../../queues/jobs.js';
import { shownUrl } from '../../shown-url.js';
import { withPipeline } from '../command-context.js';
import { listGpus } from '../gpus.js';
import { whenAborted } from '../interruption.js';
import { notify } from '../output.js';
import { consumerPlan, readGpus, readQueues } from './consumer-plan.js';

export interface WorkerOptions {
  queues?: string[];
  gpus: string;
  concurrency: number;
  threads?: number;
  grace: number;
  stall: number;
  tasks?: string;
  backend?: string;
  verbose?: boolean;
}

/** Runs consumers until SIGINT or SIGTERM. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const queues = readQueues(options.queues);
  const tasksDir = options.tasks === undefined ? undefined : resolve(options.tasks);
  if (tasksDir !== undefined && !existsSync(tasksDir)) {
    throw new AquasurfError('USAGE', `--tasks: there is no folder ${tasksDir}`);
  }
  const gpus = await readGpus(options.gpus, async () => (await listGpus()).map(({ index }) => index));
  // Written, not read: the environment is how a setting reaches the consumers, which are children of this process.
  if (options.backend !== undefined) Object.assign(process.env, { AQUASURF_BACKEND: options.backend });
  const config = loadConfig();
  requireBackend(queues, config, options.gpus === 'auto' ? [] : gpus);
  const cores = availableParallelism();
  const consumers = consumerPlan({
    queues,
    gpus,
    concurrency: options.concurrency,
    threads: options.threads,
    cores,
    tasksDir,
    graceSeconds: options.grace,
    stallSeconds: options.stall,
  });
  if (consumers.length > cores) {
    notify(
      `${consumers.length} consumers share ${cores === 1 ? 'one core' : `${cores} cores`}: more than that compute no more, and each takes memory of its own`,
    );
  }
  const logLevel = options.verbose ? 'debug' : config.logLevel;

  await withPipeline(
    async ({ pipeline, addresses: { redisUrl, mongodbUri, withoutInfo }, interruption }) => {
      const database = `database ${pipeline.store.database} of ${shownUrl(mongodbUri)}`;
      notify(`${planText(consumers)}; Redis ${shownUrl(redisUrl)}, ${database}; Ctrl-C stops`);
      const log = createLogger({ level: logLevel, name: 'worker' });
      const supervisor = new Supervisor({ redisUrl, mongodbUri, withoutInfo, consumers, log, logLevel });
      await whenAborted(interruption.first);
      notify(`stopping: running jobs get ${options.grace} s, then they are handed back; Ctrl-C again stops at once`);
      const now = () => supervisor.stop();
      interruption.second.addEventListener('abort', now, { once: true });
      await supervisor.stop();
    },
    { interrupt: 'is-handled' },
  );
}

/**
 * A worker without a backend would fail each job that needs one, and one without a GPU backend computes on the CPU. It is
 * looked for here, and loaded by the consumers.
 * @param gpus that were asked for by number
 */
function requireBackend(
  queues: readonly JobName[] | undefined,
  { backend, projectDir, cacheDir }: { backend: string; projectDir: string; cacheDir: string | undefined },
  gpus: readonly string[],
): void {
  if (queues && !queues.some((name) => DEVICE_JOBS.includes(name))) return;
  const needed = gpus.length > 0 ? BACKEND_NAMES.filter((name) => name === 'tfjs-node-gpu') : BACKEND_NAMES;
  const names = needed.filter((name) => backend === 'auto' || name === backend);
  if (findBackends(names, { projectDir, cacheDir }).length > 0) return;
  const variant = backend === 'tfjs-node-gpu' || gpus.length > 0 ? 'gpu' : 'cpu';
  const wanted = gpus.length > 0 ? ' for GPUs' : backend === 'auto' ? '' : ` for ${backend}`;
  throw new AquasurfError(
    'BACKEND_UNAVAILABLE',
    `no native TensorFlow was found${wanted}: get one with \`aquasurf backend install ${variant}\`, ` +
      `or take jobs that need none with --queues schema-expansion,output-features,surrogate`,
  );
}

function planText(consumers: readonly ConsumerProcessOptions[]): string {
  const devices = [...new Set(consumers.map(({ gpu }) => gpu))];
  const [first] = consumers;
  const where = first?.gpu === undefined ? 'on the CPU' : `on GPU ${devices.join(', ')}`;
  const count = consumers.length === 1 ? 'one consumer' : `${consumers.length} consumers`;
  const threads = `${first?.threads} thread${first?.threads === 1 ? '' : 's'} each`;
  return `${count} ${where}, ${threads}, ${first?.queues?.join(', ') ?? 'all queues'}`;
}
