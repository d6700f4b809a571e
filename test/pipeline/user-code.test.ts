import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ComputeProcess } from '../../src/compute/compute-process.js';
import { loadConfig, packageDir } from '../../src/config.js';
import { errorLine } from '../../src/errors.js';
import type { Logger } from '../../src/log.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';

const FILE = join(packageDir, 'test/support/misbehaving-tasks.ts');

describe('user code in the compute process', () => {
  let lines: Array<{ line: string; about: object }> = [];
  const keep = (about: object, line: string) => lines.push({ line, about });
  const log = { info: keep, warn: keep } as unknown as Logger;
  const { cacheDir } = loadConfig();
  const settings = { backend: 'auto', cacheDir, projectDir: packageDir, tasksDir: FILE, threads: 1 };
  const compute = new ComputeProcess(settings, log);
  afterAll(() => compute.close());

  const layers = (name: string) => compute.call('layers', { name }, { about: { study: 'mine', fn: name } });
  const load = async (name: string) => {
    const { sourceHash } = await resolveTask('quiet', { projectDir: packageDir, tasksDir: FILE });
    const params = { task: { name, sourceHash }, operators: { id: 'standard@1' } };
    return compute.call('prepare', params, { about: { study: 'mine' } });
  };
  const outcome = (call: Promise<unknown>): Promise<string> => call.then(() => 'done', errorLine);
  /** What a task prints; the call after it brings the rest. */
  const printed = async (name: string) => {
    await layers('quiet');
    lines = [];
    const result = await outcome(layers(name));
    await layers('quiet');
    return {
      result,
      lines: lines.filter(({ about }) => (about as { fn?: string }).fn === name).map(({ line }) => line),
    };
  };

  it('can print a line without an end, and bytes of any kind', async () => {
    const long = await printed('prints-a-long-line');
    expect(long.lines.map((line) => [line.length < 4100, line.replace(/x+/, '')])).toEqual([
      [true, '… (49,996,000 bytes left out)'],
    ]);
    const { lines: shown } = await printed('prints-bytes');
    expect(shown).toEqual(['\ufffd\ufffd', 'red {"level":50}', 'not a mark']);
    expect((await printed('prints-natively')).lines).toEqual(['no line break']);
  }, 60_000);

  it('prints as much as it likes: 200 lines a second are shown, with its study and function, the rest is counted', async () => {
    const { result, lines: shown } = await printed('prints-much');
    expect(result).toBe('done');
    expect(lines.find(({ line }) => line === 'line 1')?.about).toEqual({ study: 'mine', fn: 'prints-much' });
    const leftOut = shown.flatMap((line) => /^… ([\d,]+) lines left out$/.exec(line)?.[1]?.replaceAll(',', '') ?? []);
    expect(leftOut.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThan(2000);
    // With the 1,000 messages of its loader.
    expect(shown.length - leftOut.length + leftOut.reduce((sum, count) => sum + Number(count), 0)).toBe(101_000);
  }, 60_000);

  it('has its messages (notify) under the same limit', async () => {
    await layers('quiet');
    lines = [];
    await load('prints-much');
    await layers('quiet');
    expect(lines.filter(({ line }) => line.startsWith('message')).length).toBeLessThanOrEqual(400);
    expect(lines.at(-1)).toMatchObject({ line: expect.stringMatching(/left out$/), about: { study: 'mine' } });
  }, 60_000);

  it('is quoted when a timer or promise that nobody waits for fails, or when it ends the process', async () => {
    const lost = 'a timer or promise of the task that nobody waits for failed:';
    expect(await outcome(load('throws-in-a-timer'))).toBe(`${lost} too late`);
    expect(await outcome(load('rejects'))).toBe(`${lost} nobody waits`);
    expect(await outcome(layers('exits'))).toBe('it ends the process (process.exit(3))');
    expect(await outcome(load('exits-in-a-timer'))).toBe(`${lost} it ends the process (process.exit(3))`);
  }, 60_000);

  it('is to blame for a timer that it left behind, and not the call that runs by then', async () => {
    await layers('quiet');
    const pid = compute.pid;
    lines = [];
    expect(await outcome(layers('throws-later'))).toBe('done');
    for (let i = 0; compute.pid === pid && i < 200; i++) expect(await outcome(layers('quiet'))).toBe('done');
    expect(lines.filter(({ line }) => line.includes('too late'))).toEqual([
      {
        line: 'a timer or promise of the task that nobody waits for failed: much too late',
        about: { study: 'mine', fn: 'throws-later' },
      },
    ]);
  }, 60_000);

  it.each([
    ['throws-text', 'only text'],
    ['throws-nothing', 'undefined was thrown'],
    ['throws-an-object', '{ status: 404 } was thrown'],
    ['throws-a-trap', 'an error that cannot be read was thrown'],
    ['throws-much', 'first line'],
    ['sends-messages', 'done'],
  ])('%s: %s', async (name, message) => {
    expect(await outcome(layers(name))).toBe(message);
  });

  it('has errors that are never long', async () => {
    const error = await layers('throws-much').catch((thrown: Error) => thrown);
    expect((error as Error).message.length + ((error as Error).stack?.length ?? 0)).toBeLessThan(13_000);
  });
});
