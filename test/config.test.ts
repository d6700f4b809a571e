import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { cachePath, entryPoint, loadConfig } from '../src/config.js';

const VALUES = {
  REDIS_URL: 'redis://:p@h:6379/2',
  MONGODB_URI: 'mongodb://u:p@h:27017/mine',
  AQUASURF_DIR: '/data',
  AQUASURF_CACHE: '/cache',
  XDG_CACHE_HOME: '/xdg',
  LOG_LEVEL: 'debug',
  AQUASURF_BACKEND: 'tfjs-node',
  AQUASURF_TOKEN: 'a token of some length',
};
const names = Object.keys(VALUES);
const withEach = (change: (value: string) => string) =>
  Object.fromEntries(Object.entries(VALUES).map(([name, value]) => [name, change(value)]));

describe('the environment', () => {
  it.each([
    ['a line break at the end', (value: string) => `${value}\n`],
    ['a line break of Windows', (value: string) => `${value}\r\n`],
    ['several line breaks', (value: string) => `\n${value}\n\n`],
    ['a byte order mark', (value: string) => `\uFEFF${value}`],
    ['spaces around it', (value: string) => ` ${value}\t`],
  ])('means the same with %s', (_, change) => {
    expect(loadConfig(withEach(change), '/here')).toEqual(loadConfig(VALUES, '/here'));
  });

  it.each(names)('is refused with a control character inside of %s, which is named and not shown', (name) => {
    for (const character of ['\n', '\r', '\t', '\u0007', '\u007f', '\u0085', '\u2028', '\uFEFF']) {
      const value = VALUES[name as keyof typeof VALUES];
      const wrong = { ...VALUES, [name]: `${value.slice(0, -1)}${character}${value.slice(-1)}` };
      const message = `environment variable ${name}: has a line break or another control character`;
      expect(() => loadConfig(wrong)).toThrow(message);
      expect(() => loadConfig(wrong)).not.toThrow(value.slice(0, -1));
    }
  });

  it.each(['', '\n', ' ', '\uFEFF\r\n'])('that holds %j is not set', (nothing) => {
    expect(
      loadConfig(
        withEach(() => nothing),
        '/here',
      ),
    ).toEqual(loadConfig({}, '/here'));
  });
});

describe('the cache', () => {
  it.each([
    [{ AQUASURF_CACHE: 'mine' }, '/here/mine'],
    [{ XDG_CACHE_HOME: '/xdg' }, '/xdg/aquasurf'],
    [{}, '/home/me/.cache/aquasurf'],
  ])('is, with %j, in %s', (env, cacheDir) => {
    vi.stubEnv('HOME', '/home/me');
    expect(loadConfig(env, '/here').cacheDir).toBe(cacheDir);
    vi.unstubAllEnvs();
  });

  it('is nowhere for a user without a home, who is told how to name one where it is needed', () => {
    vi.stubEnv('HOME', '');
    const { cacheDir } = loadConfig({}, '/here');
    vi.unstubAllEnvs();
    expect(cacheDir).toBeUndefined();
    expect(() => cachePath(cacheDir, 'native')).toThrow('set HOME or AQUASURF_CACHE');
  });
});

const cli = (args: string, more: object) =>
  execa(process.execPath, [entryPoint('cli/main'), ...args.split(' ')], { reject: false, all: true, ...more });

describe.skipIf(process.getuid?.() !== 0)('a user without HOME and without an entry in passwd', () => {
  const nowhere = { REDIS_URL: 'redis://127.0.0.1:1', MONGODB_URI: 'mongodb://127.0.0.1:1/nowhere' };
  const asStranger = (args: string, env: object) =>
    cli(args, { uid: 12_345, gid: 12_345, cwd: '/', extendEnv: false, env: { PATH: '/usr/bin:/bin', ...env } });

  it('calculates with functions and asks the doctor', async () => {
    expect(await asStranger('fn swish(x)', {})).toMatchObject({ exitCode: 0 });
    const { all } = await asStranger('doctor', nowhere);
    expect(all).toMatch(/^ok +tasks/m);
    expect(all).not.toContain('ENOENT');
  });

  it('learns that no server is on PATH, even where PATH has folders that it may not enter', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'aquasurf-closed-'));
    onTestFinished(() => rmdirSync(closed));
    const { all } = await asStranger('doctor', { PATH: closed, AQUASURF_DIR: '/nowhere' });
    expect(all).not.toContain('EACCES');
    expect(all).toContain('mongod is not on PATH');
  });

  it.each([
    [{}, 'this user has no home: set HOME or AQUASURF_CACHE'],
    [{ HOME: '/nobodys' }, 'cannot make the folder /nobodys/.cache/aquasurf/native (EACCES'],
    [{ HOME: '/etc/passwd' }, 'cannot make the folder /etc/passwd/.cache/aquasurf/native (ENOTDIR'],
  ])('learns in one line why nothing can be installed with %j', async (env, reason) => {
    const { all, exitCode } = await asStranger('backend install cpu', env);
    expect(all).toContain(reason);
    expect(all?.split('\n')).toHaveLength(1);
    expect(exitCode).not.toBe(0);
  });
});

it('a working folder that was deleted is named in one line', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'aquasurf-gone-'));
  const gone = await execa(
    'sh',
    ['-c', `rmdir "$PWD" && exec "$@"`, 'sh', process.execPath, entryPoint('cli/main'), 'fn', 'x'],
    {
      cwd,
      reject: false,
      all: true,
    },
  );
  expect(gone.all).toBe('aquasurf: the working folder does not exist any more: change into another one');
});
