import { execa } from 'execa';
import { ComputeProcess } from '../dist/compute/compute-process.js';
import { loadConfig } from '../dist/config.js';
import { createLogger } from '../dist/log.js';
import type { StudyDoc } from '../dist/store/documents.js';
import { operatorsOf } from '../dist/store/study-names.js';

/** Functions that a process has at hand, as those of a consumer. */
const AT_HAND = 3;

/**
 * The bound of `fisher-consumers`: Fisher features by compute processes of one thread alone, each with its share of the
 * functions, without queue and database. Each has done one function before the clock starts.
 * @returns seconds until all are there
 */
export async function bareSeconds(
  study: StudyDoc,
  functions: readonly string[],
  { processes, pinned }: { processes: number; pinned: boolean },
): Promise<number> {
  const config = loadConfig();
  const started = Array.from({ length: processes }, () => {
    const { backend, cacheDir, projectDir } = config;
    const settings = { backend, cacheDir, projectDir, tasksDir: undefined, threads: 1 };
    return new ComputeProcess(settings, createLogger({ level: 'warn' }), { CUDA_VISIBLE_DEVICES: '' });
  });
  const compute = (process: ComputeProcess, fn: string) =>
    process.call('fisher', { task: study.task, operators: operatorsOf(study), fn, settings: study.fisher });
  const share = Math.ceil(functions.length / processes);
  try {
    await Promise.all(started.map((process) => compute(process, functions[0]!)));
    if (pinned) await Promise.all(started.map((process, core) => pinToCore(process.pid!, core)));
    const before = performance.now();
    await Promise.all(
      started.map(async (process, i) => {
        const asked: Array<Promise<unknown>> = [];
        for (const fn of functions.slice(i * share, (i + 1) * share)) {
          asked.push(compute(process, fn));
          if (asked.length >= AT_HAND) await asked.shift();
        }
        await Promise.all(asked);
      }),
    );
    return (performance.now() - before) / 1000;
  } finally {
    await Promise.all(started.map((process) => process.close()));
  }
}

/** Keeps all threads of a process, and processes that it starts from now on, on one core. */
export async function pinToCore(pid: number, core: number): Promise<void> {
  await execa('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)]);
}
