import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { packageDir } from '../../src/config.js';
import type { ConsumerProcessOptions } from '../../src/consumers/consumer-main.js';
import { Supervisor } from '../../src/consumers/supervisor.js';
import { createLogger } from '../../src/log.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';
import { type Addresses, openPipeline } from '../../src/open-pipeline.js';
import { createStudy } from '../../src/producers/create-study.js';
import { Study } from '../../src/study.js';

/** The example's task: a real network and real training, in well under a second. */
export const SPIRALS = join(packageDir, 'examples/own-task.ts');

/** A study of the two-spirals task (or another) on the given servers, with a name of its own. */
export async function spiralsStudy(
  addresses: Addresses,
  options: { space: readonly string[]; seed?: number; task?: { name: string; file: string } },
) {
  const { task = { name: 'two-spirals', file: SPIRALS }, ...settings } = options;
  const pipeline = await openPipeline(addresses);
  const name = `spirals-${randomUUID().slice(0, 8)}`;
  const resolved = await resolveTask(task.name, { projectDir: packageDir, tasksDir: task.file });
  await createStudy(pipeline, { name, task: resolved, ...settings });
  return { pipeline, name, study: new Study(name, pipeline) };
}

/** Consumer processes as `aquasurf worker` runs them, with short leases so that kills are noticed soon. */
export function startConsumers(
  addresses: Addresses,
  count: number,
  tasksDir = SPIRALS,
  { leaseMs = 3000 }: { leaseMs?: number } = {},
): Supervisor {
  const consumer: ConsumerProcessOptions = {
    queues: undefined,
    gpu: undefined,
    threads: 1,
    tasksDir,
    graceSeconds: 5,
    leaseMs,
  };
  return new Supervisor({
    ...addresses,
    consumers: Array.from({ length: count }, () => consumer),
    log: createLogger({ level: 'error' }),
    logLevel: 'error',
  });
}

/** As a crash or the operating system would. */
export function killOne(supervisor: Supervisor): void {
  const [pid] = supervisor.pids;
  if (pid === undefined) throw new Error('no consumer to kill');
  process.kill(pid, 'SIGKILL');
}

/** Waits until `condition` holds. @throws when it does not within `timeoutMs` */
export async function until(what: string, condition: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
