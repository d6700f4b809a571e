import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importGuest } from '../../src/nn/tasks/guest-module.js';
import { listTasks, resolveTask } from '../../src/nn/tasks/task-registry.js';

let projectDir: string;
beforeEach(() => {
  projectDir = mkdtempSync(join(tmpdir(), 'aquasurf-'));
});
afterEach(() => rmSync(projectDir, { recursive: true }));

const write = (file: string, text: string) => {
  mkdirSync(dirname(join(projectDir, file)), { recursive: true });
  writeFileSync(join(projectDir, file), text);
};
const task = (name: string, more = '') =>
  `import { defineTask } from 'aquasurf';
   const size: number = 3;
   export default defineTask({ name: '${name}', description: String(size), buildModel: () => { throw 0; }, loadData: () => { throw 0; } ${more}});`;

test('a module whose `await` at the top does not end is not waited for', async () => {
  write('never.ts', 'await new Promise(() => {}); export default {};');
  await expect(importGuest(join(projectDir, 'never.ts'), {}, 10)).rejects.toThrow(
    /^it waits for something at its top for more than 0\.01 s/,
  );
});

describe('resolveTask', () => {
  test('finds a built-in task', async () => {
    const found = await resolveTask('fashion-mnist/small-cnn', { projectDir });
    expect(found.origin).toBe('built-in');
    expect(found.sourceHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('finds the task of aquasurf.config.ts, in TypeScript, importing aquasurf', async () => {
    write('aquasurf.config.ts', task('mine'));
    const found = await resolveTask('mine', { projectDir });
    expect(found.task.description).toBe('3');
    expect(found.origin).toBe(join(projectDir, 'aquasurf.config.ts'));
  });

  test('finds tasks in a list, in a folder, and in a single file', async () => {
    write(
      'tasks/two.js',
      `export default [${['a', 'b'].map((n) => `{ name: '${n}', buildModel() {}, loadData() {} }`)}];`,
    );
    write('tasks/notes.md', 'no module');
    for (const tasksDir of ['tasks', 'tasks/two.js']) {
      expect((await resolveTask('b', { projectDir, tasksDir })).task.name).toBe('b');
    }
    expect((await listTasks({ projectDir, tasksDir: 'tasks' })).tasks.map(({ task }) => task.name)).toEqual([
      'fashion-mnist/small-cnn',
      'fashion-mnist/tiny',
      'a',
      'b',
    ]);
  });

  test.each([
    ['t.js', "const { defineTask } = require('aquasurf'); module.exports = defineTask({", '});'],
    ['t.cjs', 'module.exports = {', '};'],
    ['t.cts', "const { defineTask } = require('aquasurf'); exports.default = defineTask({", '});'],
    ['t.cjs', 'exports.default = {', '};'],
    ['t.mjs', 'export default {', '};'],
    ['t.ts', 'enum Size { Small = 1 }; const x: Size = Size.Small; export default {', '};'],
  ])('takes the default export of ESM and CommonJS: %s, %s', async (file, head, end) => {
    write(file, `${head} name: 'mine', buildModel() {}, loadData() {} ${end}`);
    expect((await resolveTask('mine', { projectDir, tasksDir: file })).task.name).toBe('mine');
  });

  test('lets a module import tfjs, which is the one in use, but not use it while it loads', async () => {
    const text = `import * as tf from '@tensorflow/tfjs'; export default { name: 'mine', buildModel: () => tf, loadData() {} };`;
    write('t.ts', text);
    expect((await resolveTask('mine', { projectDir, tasksDir: 't.ts' })).task.name).toBe('mine');
    write('t.ts', `${text} tf.tensor([1]);`);
    await expect(resolveTask('mine', { projectDir, tasksDir: 't.ts' })).rejects.toThrow(
      /t\.ts does not load: it uses tf\.tensor while it loads; use the tf that buildModel is given/,
    );
  });

  test('lets no module end the process or print among results while it loads', async () => {
    write('t.ts', 'process.exit(3); export default {};');
    await expect(resolveTask('mine', { projectDir, tasksDir: 't.ts' })).rejects.toThrow(
      /t\.ts does not load: it ends the process \(process\.exit\(3\)\)/,
    );
    const printed: unknown[] = [];
    const { write: stdout } = process.stdout;
    process.stdout.write = (text: unknown) => printed.push(text) > 0;
    try {
      write('t.ts', `process.stdout.write('hello'); ${task('mine')}`);
      await resolveTask('mine', { projectDir, tasksDir: 't.ts' });
    } finally {
      process.stdout.write = stdout;
    }
    expect(printed).toEqual([]);
  });

  test('names the place of a syntax error', async () => {
    write('t.ts', 'export default {\n name: };');
    await expect(resolveTask('mine', { projectDir, tasksDir: 't.ts' })).rejects.toThrow(
      /Unexpected token at .*t\.ts:2:\d/,
    );
  });

  test('loads a module anew after a change, with another hash', async () => {
    write('aquasurf.config.ts', task('mine'));
    const before = await resolveTask('mine', { projectDir });
    write('aquasurf.config.ts', task('mine', ', training: { epochs: 7 }'));
    const after = await resolveTask('mine', { projectDir });
    expect(after.task.training).toEqual({ epochs: 7 });
    expect(after.sourceHash).not.toBe(before.sourceHash);
  });

  test('the hash covers relative imports, however deep, and not the folder', async () => {
    const body = (name: string) => `import { lib } from './lib/index.js';\n${task(name)}\nexport { lib };`;
    write('aquasurf.config.ts', body('mine'));
    write('lib/index.ts', "export { deep as lib } from '../deep.js';");
    write('deep.ts', 'export const deep = 1;');
    const first = (await resolveTask('mine', { projectDir })).sourceHash;
    expect((await resolveTask('mine', { projectDir })).sourceHash).toBe(first);
    write('deep.ts', 'export const deep = 2;');
    expect((await resolveTask('mine', { projectDir })).sourceHash).not.toBe(first);

    write('elsewhere/own.ts', body('mine'));
    write('elsewhere/lib/index.ts', "export { deep as lib } from '../deep.js';");
    write('elsewhere/deep.ts', 'export const deep = 1;');
    rmSync(join(projectDir, 'aquasurf.config.ts'));
    write('elsewhere/aquasurf.config.ts', body('mine'));
    rmSync(join(projectDir, 'elsewhere/own.ts'));
    const moved = await resolveTask('mine', { projectDir: join(projectDir, 'elsewhere') });
    expect(moved.sourceHash).toBe(first);
  });

  test('an unknown name lists the known ones, nearest first', async () => {
    write('aquasurf.config.ts', task('mine'));
    await expect(resolveTask('mime', { projectDir })).rejects.toMatchObject({
      code: 'TASK_NOT_FOUND',
      message: expect.stringMatching(/"mime"; known tasks: mine, fashion-mnist\/small-cnn/),
    });
  });

  test('a folder that is not there is named', async () => {
    await expect(resolveTask('a', { projectDir, tasksDir: 'nowhere' })).rejects.toMatchObject({
      code: 'TASK_NOT_FOUND',
      message: expect.stringContaining('nowhere'),
    });
  });

  test('a name that stands twice is refused', async () => {
    write('aquasurf.config.ts', task('fashion-mnist/small-cnn'));
    await expect(resolveTask('fashion-mnist/small-cnn', { projectDir })).rejects.toMatchObject({
      code: 'TASK_INVALID',
      message: expect.stringMatching(/built-in.*aquasurf\.config\.ts/),
    });
  });

  test('a module that two ways lead to is one module', async () => {
    write('aquasurf.config.ts', task('mine'));
    symlinkSync(join(projectDir, 'aquasurf.config.ts'), join(projectDir, 'link.ts'));
    for (const tasksDir of ['.', projectDir, 'aquasurf.config.ts', 'link.ts']) {
      const found = await resolveTask('mine', { projectDir, tasksDir });
      expect(found.origin).toBe(join(projectDir, 'aquasurf.config.ts'));
      expect((await listTasks({ projectDir, tasksDir })).tasks).toHaveLength(3);
    }
  });

  test.each(['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'])('aquasurf.config.%s is found', async (extension) => {
    const body = "{ name: 'mine', buildModel() {}, loadData() {} }";
    write(
      `aquasurf.config.${extension}`,
      `${extension.startsWith('c') ? 'module.exports =' : 'export default'} ${body};`,
    );
    expect((await resolveTask('mine', { projectDir })).task.name).toBe('mine');
  });

  test('what is broken in a folder is named, one by one, and hides nothing else', async () => {
    write('tasks/a.ts', "import { defineTask } from 'aquasurf'; exprot default defineTask({ name: 'a' });");
    write('tasks/b.ts', 'export default { name: };');
    write('tasks/c.ts', "export const c = { name: 'c', buildModel() {}, loadData() {} };");
    write(
      'tasks/d.ts',
      `export default [{ name: 'd', buildModel() {} }, { name: 'e', buildModel() {}, loadData() {} }];`,
    );
    write('tasks/e.ts', "export { default } from './lib/f.js';");
    write('tasks/lib/f.ts', task('f'));
    const folders = { projectDir, tasksDir: 'tasks' };
    const { tasks, broken } = await listTasks(folders);
    expect(tasks.map(({ task }) => task.name).slice(2)).toEqual(['e', 'f']);
    expect(broken.map(({ message }) => message)).toEqual([
      expect.stringMatching(/a\.ts does not load: Missing semicolon\. at .*a\.ts:1:\d+$/),
      expect.stringMatching(/b\.ts does not load: .* at .*b\.ts:1/),
      expect.stringMatching(/c\.ts has no task as its default export/),
      expect.stringMatching(/^task d in .*loadData/),
    ]);
    expect((await resolveTask('e', folders)).task.name).toBe('e');
    await expect(resolveTask('d', folders)).rejects.toThrow(/^task d in .*loadData/);
    await expect(resolveTask('a', folders)).rejects.toThrow(/a\.ts does not load.*; .*b\.ts does not load.*c\.ts/);
  });

  test('a script in the tasks folder is not run', async () => {
    write('tasks/script.ts', "throw new Error('I was run');");
    write('tasks/good.ts', task('good'));
    await expect(resolveTask('other', { projectDir, tasksDir: 'tasks' })).rejects.toMatchObject({
      code: 'TASK_NOT_FOUND',
      message: expect.stringContaining('good'),
    });
  });

  test('a broken module beside does not keep a task from being found', async () => {
    write('tasks/broken.ts', 'export default ((');
    write('tasks/good.ts', task('good'));
    expect((await resolveTask('good', { projectDir, tasksDir: 'tasks' })).task.name).toBe('good');
    await expect(resolveTask('other', { projectDir, tasksDir: 'tasks' })).rejects.toMatchObject({
      code: 'TASK_INVALID',
    });
  });

  test.each([
    ['syntax', 'export default ((', /aquasurf\.config\.ts does not load/],
    ['no default export', 'export const task = 1;', /no task as its default export/],
    ['no builder', "export default { name: 'mine', loadData() {} };", /task mine .*buildModel: expected a function/],
    ['a misspelt option', task('mine', ', training: { epoch: 2 }'), /training: .*"epoch"/],
    ['a wrong option', task('mine', ', training: { epochs: 0 }'), /training\.epochs/],
    ['a malformed baseline', task('mine', ", baselines: ['rleu(x)']"), /baselines\.0: .*rleu.*relu/],
  ])('%s: TASK_INVALID in one line that names the file', async (_, text, message) => {
    write('aquasurf.config.ts', text);
    const error = await resolveTask('mine', { projectDir }).catch((e: Error & { code: string }) => e);
    expect(error).toMatchObject({ code: 'TASK_INVALID', message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain('\n');
  });
});
