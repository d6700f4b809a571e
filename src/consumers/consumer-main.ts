import { loadConfig } from '../config.js';
import { createLogger } from '../log.js';
import { openPipeline } from '../open-pipeline.js';
import type { JobName } from '../queues/jobs.js';
import { Reminders } from '../reminders.js';
import { Consumer } from './consumer.js';
import { keepServerTime } from './server-clock.js';
import { tellDevice } from './tell-device.js';

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
  /** Set by the supervisor: see `redisConnection`. */
  withoutInfo?: boolean | undefined;
  /** Work that says nothing for so long is ended, in milliseconds. @defaultValue 10 minutes */
  stallMs?: number | undefined;
}

/** Beyond the grace, in milliseconds: what has not ended by then waits for a server that is gone. */
const STOP_TIMEOUT = 5000;

/** The process around one consumer: started by Supervisor with its options as the only argument. */
async function main(): Promise<void> {
  // Without its supervisor nobody would ever stop it. The supervisor may be killed before the consumer is there.
  let stop: (graceMs: number) => void = () => process.exit(0);
  process.on('disconnect', () => stop(0));
  // Ctrl-C and a closed terminal reach the whole group; the supervisor follows with SIGTERM.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  // A log that cannot be written (its disk is full, its reader is gone) is no reason to stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  const options = JSON.parse(process.argv[2] ?? '{}') as ConsumerProcessOptions;
  const config = loadConfig();
  const log = createLogger({ level: config.logLevel, name: 'consumer' });
  const reminders = new Reminders((line) => log.warn(line));
  const addresses = {
    redisUrl: config.redisUrl ?? '',
    mongodbUri: config.mongodbUri ?? '',
    withoutInfo: options.withoutInfo,
  };
  const pipeline = await openPipeline(addresses, (reason) =>
    reminders.tell(`Redis takes no writes (${reason}); waiting until it does`),
  );
  pipeline.store.damage.onFound(({ message }) => log.warn(`left out: ${message}`));
  await keepServerTime(() => pipeline.queues.now());
  const consumer = new Consumer(pipeline, {
    ...(options.queues ? { queues: options.queues } : {}),
    ...(options.leaseMs ? { leaseMs: options.leaseMs } : {}),
    stallMs: options.stallMs,
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
  stop = async (graceMs) => {
    // A second signal means: now. What is handed back costs its function nothing.
    if (stopping) {
      consumer.handBack();
      setTimeout(() => process.exit(1), STOP_TIMEOUT);
      return;
    }
    stopping = true;
    setTimeout(() => process.exit(1), graceMs + STOP_TIMEOUT);
    await consumer.close(graceMs);
    await pipeline.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => stop(options.graceSeconds * 1000));
  if (!process.connected) stop(0);
  await tellDevice(options.gpu, () => consumer.backend(), log);
}

main().catch((error: Error) => {
  createLogger({ level: 'error', name: 'consumer' }).error({ err: error }, error.message);
  process.exit(1);
});
