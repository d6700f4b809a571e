import { loadConfig } from '../config.js';
import { createLogger } from '../log.js';
import { openPipeline } from '../open-pipeline.js';
import type { JobName } from '../queues/jobs.js';
import { Consumer } from './consumer.js';

/** What a supervisor tells a consumer process; addresses come through the environment, for they may hold passwords. */
export interface ConsumerProcessOptions {
  queues: readonly JobName[] | undefined;
  /** A CUDA device number, or undefined to compute on the CPU. */
  gpu: string | undefined;
  threads: number;
  tasksDir: string | undefined;
  /** Seconds that running jobs get to end after SIGTERM before they are handed back. */
  graceSeconds: number;
  leaseMs: number | undefined;
}

/** The process around one consumer: started by Supervisor with its options as the only argument. */
async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}') as ConsumerProcessOptions;
  const config = loadConfig();
  const log = createLogger({ level: config.logLevel, name: 'consumer' });
  const pipeline = await openPipeline({ redisUrl: config.redisUrl ?? '', mongodbUri: config.mongodbUri ?? '' });
  const consumer = new Consumer(pipeline, {
    ...(options.queues ? { queues: options.queues } : {}),
    ...(options.leaseMs ? { leaseMs: options.leaseMs } : {}),
    compute: {
      backend: config.backend,
      cacheDir: config.cacheDir,
      projectDir: config.projectDir,
      tasksDir: options.tasksDir,
      threads: options.threads,
    },
    // An empty list hides every GPU.
    computeEnv: { CUDA_VISIBLE_DEVICES: options.gpu ?? '' },
    log,
  });

  let stopping = false;
  const stop = async (graceMs: number) => {
    // A second signal means: now.
    if (stopping) process.exit(1);
    stopping = true;
    await consumer.close(graceMs);
    await pipeline.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => stop(options.graceSeconds * 1000));
  // Ctrl-C reaches the whole group; the supervisor follows with SIGTERM.
  process.on('SIGINT', () => {});
  // Without its supervisor nobody would ever stop it.
  process.on('disconnect', () => stop(0));
  process.send?.('ready');
}

main().catch((error: Error) => {
  createLogger({ level: 'error', name: 'consumer' }).error({ err: error }, error.message);
  process.exit(1);
});
