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
  requireBackend(queues, config);
  const consumers = consumerPlan({
    queues,
    gpus,
    concurrency: options.concurrency,
    threads: options.threads,
    cores: availableParallelism(),
    tasksDir,
    graceSeconds: options.grace,
  });
  const logLevel = options.verbose ? 'debug' : config.logLevel;

  await withPipeline(
    async ({ addresses: { redisUrl, mongodbUri }, interruption }) => {
      notify(`${planText(consumers)}; Redis ${shownUrl(redisUrl)}, database ${shownUrl(mongodbUri)}; Ctrl-C stops`);
      const log = createLogger({ level: logLevel, name: 'worker' });
      const supervisor = new Supervisor({ redisUrl, mongodbUri, consumers, log, logLevel });
      await whenAborted(interruption.first);
      notify(`stopping: running jobs get ${options.grace} s, then they are handed back; Ctrl-C again stops at once`);
      const now = () => supervisor.stop();
      interruption.second.addEventListener('abort', now, { once: true });
      await supervisor.stop();
    },
    { interrupt: 'is-handled' },
  );
}

/** A worker without a backend would fail each job that needs one. It is looked for here, and loaded by the consumers. */
function requireBackend(
  queues: readonly JobName[] | undefined,
  { backend, projectDir, cacheDir }: { backend: string; projectDir: string; cacheDir: string },
): void {
  if (queues && !queues.some((name) => DEVICE_JOBS.includes(name))) return;
  const names = BACKEND_NAMES.filter((name) => backend === 'auto' || name === backend);
  if (findBackends(names, { projectDir, cacheDir }).length > 0) return;
  const variant = backend === 'tfjs-node-gpu' ? 'gpu' : 'cpu';
  throw new AquasurfError(
    'BACKEND_UNAVAILABLE',
    `no native TensorFlow was found${backend === 'auto' ? '' : ` for ${backend}`}: get one with \`aquasurf backend install ${variant}\`, ` +
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
