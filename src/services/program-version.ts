import { execa } from 'execa';
import { whyFailed } from '../program-output.js';
import { unavailable } from './server-source.js';

const TIMEOUT_MS = 10_000;

/**
 * The version that `program --version` tells.
 * @param pattern its first group is the version
 * @throws AquasurfError SERVICE_UNAVAILABLE: it is not there, does not run, or is none of its kind
 */
export async function programVersion(program: string, pattern: RegExp): Promise<string> {
  const result = await execa(program, ['--version'], {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: TIMEOUT_MS,
  });
  // The system's answer for what is nowhere, too, where PATH has a folder that this user may not enter.
  if (result.code === 'EACCES' && !program.includes('/')) {
    throw unavailable(`${program} is not on PATH as a program that this user may run`);
  }
  if (result.code === 'ENOENT') throw unavailable(`${program} is not ${program.includes('/') ? 'there' : 'on PATH'}`);
  if (result.failed) throw unavailable(`${program} does not run: ${whyFailed(result)}`);
  const version = pattern.exec(result.all)?.[1];
  if (version === undefined) throw unavailable(`${program} does not tell its version`);
  return version;
}
