import { loadConfig } from '../../config.js';
import { AquasurfError } from '../../errors.js';
import { listGpus } from '../gpus.js';
import { taskFolders } from '../operators-option.js';
import { printResult } from '../output.js';
import { checkBackend } from './backend-check.js';
import { type Check, ok } from './check.js';
import { checkMongodb } from './mongodb-check.js';
import { checkNode } from './node-check.js';
import { checkOperatorSets } from './operators-check.js';
import { checkRedis } from './redis-check.js';
import { checkTasks } from './tasks-check.js';

interface DoctorOptions {
  backend?: string;
  tasks?: string;
  json?: boolean;
}

/**
 * Runs all checks and prints them.
 * @throws AquasurfError FAILED if one of them fails
 */
export async function doctor(options: DoctorOptions): Promise<void> {
  const config = loadConfig();
  const folders = taskFolders(options.tasks);
  const gpus = await listGpus();
  const checks = await Promise.all([
    checkNode(process.version),
    checkBackend(options.backend ?? config.backend, gpus),
    ok(
      'GPUs',
      gpus.length > 0 ? gpus.map(({ index, name }) => `${index}: ${name}`).join(', ') : 'none: the CPU computes',
    ),
    checkRedis(config),
    checkMongodb(config),
    checkTasks(folders),
    checkOperatorSets(folders),
  ]);
  printResult(checks, options, checksText);
  const failed = checks.filter(({ status }) => status === 'fail');
  if (failed.length === 0) return;
  throw new AquasurfError('FAILED', `${failed.map(({ name }) => name).join(', ')}: see what to do above`);
}

export function checksText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .flatMap(({ name, status, found, mend }) => [
      `${status.padEnd(4)}  ${name.padEnd(width)}  ${found}`,
      ...(mend === undefined ? [] : [`${' '.repeat(6 + width + 2)}→ ${mend}`]),
    ])
    .join('\n');
}
