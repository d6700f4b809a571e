import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { entryPoint } from '../../src/config.js';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningCli {
  pid: number;
  /** Waits until stderr holds the text; gives all of it. */
  says: (text: string) => Promise<string>;
  interrupt: () => void;
  ended: Promise<Outcome>;
}

/** Nothing listens there. */
export const NOWHERE = { REDIS_URL: 'redis://127.0.0.1:1', MONGODB_URI: 'mongodb://127.0.0.1:1/nowhere' };

/** The built command line in an empty folder of its own, removed after the file's tests. */
export function useCli(env: Record<string, string> = NOWHERE) {
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const startWith = (more: Record<string, string>, args: readonly string[]): RunningCli => {
    const { REDIS_URL: _redis, MONGODB_URI: _mongodb, AQUASURF_TOKEN: _token, ...inherited } = process.env;
    const child = spawn(process.execPath, [entryPoint('cli/main'), ...args], {
      cwd: folder,
      env: { ...inherited, ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      outcome.stdout += chunk;
    });
    const listeners = new Set<() => void>();
    child.stderr.on('data', (chunk) => {
      outcome.stderr += chunk;
      for (const listener of listeners) listener();
    });
    const ended = new Promise<Outcome>((resolve) => child.once('close', (code) => resolve({ ...outcome, code })));
    return {
      pid: child.pid ?? 0,
      ended,
      interrupt: () => child.kill('SIGINT'),
      says: (text) =>
        new Promise((resolve, reject) => {
          const look = () => {
            if (outcome.stderr.includes(text)) resolve(outcome.stderr);
          };
          listeners.add(look);
          void ended.then(() => reject(new Error(`it ended without saying "${text}": ${outcome.stderr}`)));
          look();
        }),
    };
  };
  return {
    folder,
    /** With more in the environment. */
    startWith: (more: Record<string, string>, ...args: string[]) => startWith(more, args),
    start: (...args: string[]) => startWith({}, args),
    run: (...args: string[]) => startWith({}, args).ended,
    /** With more in the environment. */
    runWith: (more: Record<string, string>, ...args: string[]) => startWith(more, args).ended,
  };
}
