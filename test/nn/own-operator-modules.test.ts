import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveOperators, resolveReference } from '../../src/nn/tasks/operator-registry.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';

describe('modules with operators', () => {
  let projectDir: string;
  beforeEach(() => {
    projectDir = mkdtempSync(join(tmpdir(), 'aquasurf-'));
  });
  afterEach(() => rmSync(projectDir, { recursive: true }));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(projectDir, file)), { recursive: true });
    writeFileSync(join(projectDir, file), text);
  };
  const operators = (version: number) =>
    `defineOperators({ name: 'mine', version: ${version}, unary: [{ name: 'foo', evaluate: (x: number) => 2 * x, tensor: (tf, x) => tf.mul(2, x) }] })`;

  it('are found beside tasks, by name (the newest version) and by id', async () => {
    write(
      'tasks/own.ts',
      `import { defineOperators } from 'aquasurf'; export default [${operators(1)}, ${operators(2)}];`,
    );
    const folders = { projectDir, tasksDir: 'tasks' };
    expect((await resolveOperators('mine', folders)).version).toBe(2);
    const first = await resolveOperators('mine@1', folders);
    expect({ version: first.version, own: first.own, source: first.sourceHash?.length }).toEqual({
      version: 1,
      own: new Set(['foo']),
      source: 64,
    });
    expect((await resolveOperators('all', folders)).own).toBeUndefined();
  });

  it('may hold the task whose baselines use them', async () => {
    write(
      'aquasurf.config.ts',
      `import { defineOperators, defineTask } from 'aquasurf';
       export default [${operators(1)}, defineTask({ name: 'mine', baselines: ['foo(x)', 'relu(x)'], buildModel: () => { throw 0; }, loadData: () => { throw 0; } })];`,
    );
    expect((await resolveTask('mine', { projectDir })).task.baselines).toEqual(['foo(x)', 'relu(x)']);
  });

  it('are refused with another source than a study was made with', async () => {
    write('aquasurf.config.ts', `import { defineOperators } from 'aquasurf'; export default ${operators(1)};`);
    const { sourceHash } = await resolveOperators('mine', { projectDir });
    const reference = { id: 'mine@1', sourceHash: sourceHash! };
    expect((await resolveReference(reference, { projectDir })).sourceHash).toBe(sourceHash);
    write(
      'aquasurf.config.ts',
      `import { defineOperators } from 'aquasurf'; export default ${operators(1)}; // changed`,
    );
    await expect(resolveReference(reference, { projectDir })).rejects.toMatchObject({
      code: 'OPERATORS_CHANGED',
      message: expect.stringMatching(/mine@1.*raise the version/),
    });
  });

  it('that nobody has are refused with the known ones', async () => {
    write('aquasurf.config.ts', `import { defineOperators } from 'aquasurf'; export default ${operators(1)};`);
    await expect(resolveOperators('mime', { projectDir })).rejects.toMatchObject({
      code: 'OPERATORS_NOT_FOUND',
      message: expect.stringMatching(/"mime"; did you mean mine\? Known are standard@1, all@1, mine@1/),
    });
  });

  it.each([
    ['a misspelt key', "{ name: 'mine', version: 1, unry: [], unary: [] }", /"unry"/],
    [
      'no tensor form',
      "{ name: 'mine', version: 1, unary: [{ name: 'foo', evaluate: Math.abs }] }",
      /unary\.0\.tensor/,
    ],
    ['no version', "{ name: 'mine', unary: [] }", /version: expected a whole number/],
  ])('with %s are OPERATOR_INVALID in one line that names the file', async (_, text, message) => {
    write('aquasurf.config.ts', `export default ${text};`);
    await expect(resolveOperators('mine', { projectDir })).rejects.toMatchObject({
      code: 'OPERATOR_INVALID',
      message: expect.stringMatching(message),
    });
  });
});
