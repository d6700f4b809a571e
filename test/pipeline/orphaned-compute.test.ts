import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { entryPoint } from '../../src/config.js';
import { until } from '../support/spirals-study.js';

const folder = mkdtempSync(join(tmpdir(), 'aquasurf-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A parent whose compute process loads a module that never ends; it tells the process's id. */
const PARENT = `
  import { ComputeProcess } from ${JSON.stringify(entryPoint('compute/compute-process'))};
  const settings = { backend: 'auto', cacheDir: '.', projectDir: '.', tasksDir: 'endless.mjs', threads: 1 };
  const compute = new ComputeProcess(settings, console);
  compute.call('enumerate', { source: {}, operators: { id: 'none@1', sourceHash: '0' }, from: 0, to: 1 });
  setTimeout(() => console.log(compute.pid), 2000);
`;

it("a compute process that is caught in a user's endless loop ends when its parent is killed", async () => {
  writeFileSync(join(folder, 'endless.mjs'), 'for (;;); export default {};');
  writeFileSync(join(folder, 'parent.mjs'), PARENT);
  const parent = spawn(process.execPath, ['parent.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(line);
  expect(isThere(pid)).toBe(true);
  parent.kill('SIGKILL');
  await until('it is gone', async () => !isThere(pid), 10_000);
}, 30_000);

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
