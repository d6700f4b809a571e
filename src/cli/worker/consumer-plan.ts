import type { ConsumerProcessOptions } from '../../consumers/consumer-main.js';
import { nearestNames } from '../../domain/expression/nearest-names.js';
import { AquasurfError } from '../../errors.js';
import { JOB_NAMES, type JobName } from '../../queues/jobs.js';

export interface PlanOptions {
  queues: readonly JobName[] | undefined;
  /** Device numbers; empty: the CPU. */
  gpus: readonly string[];
  /** Consumers on each GPU, or on the CPU. */
  concurrency: number;
  /** @defaultValue cores / consumers, at least 1 */
  threads: number | undefined;
  cores: number;
  tasksDir: string | undefined;
  graceSeconds: number;
  stallSeconds?: number;
}

/** The consumer processes of one worker: `concurrency` for each device. */
export function consumerPlan(options: PlanOptions): ConsumerProcessOptions[] {
  const { gpus, concurrency, cores } = options;
  const devices: Array<string | undefined> = gpus.length > 0 ? [...gpus] : [undefined];
  const consumers = devices.flatMap((gpu) => Array.from({ length: concurrency }, () => gpu));
  return consumers.map((gpu) => ({
    queues: options.queues,
    gpu,
    threads: options.threads ?? Math.max(1, Math.floor(cores / consumers.length)),
    tasksDir: options.tasksDir,
    graceSeconds: options.graceSeconds,
    leaseMs: undefined,
    ...(options.stallSeconds === undefined ? {} : { stallMs: options.stallSeconds * 1000 }),
  }));
}

/** @throws AquasurfError USAGE naming the nearest queues */
export function readQueues(names: readonly string[] | undefined): JobName[] | undefined {
  if (names === undefined) return undefined;
  const known: readonly string[] = JOB_NAMES;
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    const nearest = nearestNames(wrong, known);
    const mend = nearest.length > 0 ? `did you mean ${nearest.join(' or ')}?` : `there are ${known.join(', ')}`;
    throw new AquasurfError('USAGE', `unknown queue "${wrong}"; ${mend}`);
  }
  return [...new Set(names)] as JobName[];
}

/**
 * @param detect gives the numbers of the GPUs that are there
 * @throws AquasurfError USAGE
 */
export async function readGpus(text: string, detect: () => Promise<string[]>): Promise<string[]> {
  if (text === 'none') return [];
  const there = await detect();
  if (text === 'auto') return there;
  const usage = (what: string) => new AquasurfError('USAGE', `--gpus ${text}: ${what}`);
  const given = text.split(',').map((device) => device.trim());
  if (!given.every((device) => /^\d{1,3}$/.test(device))) {
    throw usage('give auto, none, or device numbers such as 0,1');
  }
  const devices = given.map((device) => String(Number(device)));
  const twice = devices.find((device, i) => devices.indexOf(device) !== i);
  if (twice !== undefined) throw usage(`GPU ${twice} stands twice; for several consumers on a GPU use --concurrency`);
  const unknown = devices.find((device) => !there.includes(device));
  if (unknown === undefined) return devices;
  const listed = there.length === 0 ? 'this machine has none' : `there are ${there.join(', ')}`;
  throw usage(`there is no GPU ${unknown}: ${listed}; use --gpus none for the CPU`);
}
