import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCli } from './run-cli.js';

const cli = useCli();
const tasksDir = mkdtempSync(join(tmpdir(), 'aquasurf-tasks-'));
writeFileSync(
  join(tasksDir, 'mine.mjs'),
  `import { defineTask } from 'aquasurf';
export default defineTask({
  name: 'mine',
  description: 'two layers',
  buildModel: ({ tf, activation }) => tf.sequential({ layers: [
    tf.layers.dense({ units: 3, inputShape: [2], name: 'first' }),
    tf.layers.batchNormalization({ name: 'norm' }),
    activation('act'),
    tf.layers.dense({ units: 2, name: 'second' }),
    tf.layers.softmax({ name: 'end' }),
  ] }),
  loadData: () => ({ inputShape: [2], classes: 2, train: split(), validation: split(), test: split() }),
});
const split = () => ({ inputs: Float32Array.of(0, 1, 1, 0), labels: Int32Array.of(0, 1), rows: 2 });`,
);

describe('aquasurf task', () => {
  it('list names the built-in tasks and those of a folder', async () => {
    const { code, stdout } = await cli.run('task', 'list', '--tasks', tasksDir, '--json');
    expect(code).toBe(0);
    const tasks = JSON.parse(stdout) as Array<{ name: string; origin: string; description: string | null }>;
    expect(tasks.find(({ name }) => name === 'fashion-mnist/small-cnn')).toMatchObject({ origin: 'built-in' });
    expect(tasks.find(({ name }) => name === 'mine')).toMatchObject({
      origin: join(tasksDir, 'mine.mjs'),
      description: 'two layers',
    });
  });

  it('list prints nothing else to stdout, whatever a module prints, now or later', async () => {
    const noisy = join(mkdtempSync(join(tmpdir(), 'aquasurf-tasks-')), 'noisy.mjs');
    writeFileSync(
      noisy,
      `console.log('at once'); setTimeout(() => console.log('later'), 1); setTimeout(() => process.exit(0), 1);
await new Promise((resolve) => setTimeout(resolve, 50));
export default {};`,
    );
    const { code, stdout, stderr } = await cli.run('task', 'list', '--tasks', noisy, '--json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `at once\nlater\naquasurf: ${noisy}: a timer or promise that nobody waits for failed: it ends the process (process.exit(0))\n`,
    );
  });

  it('layers marks what is left out, and adds up', async () => {
    const { code, stdout } = await cli.run('task', 'layers', 'mine', '--tasks', tasksDir);
    expect(code).toBe(0);
    expect(stdout).toMatch(/first +Dense +3 +9$/m);
    expect(stdout).toMatch(/norm +BatchNormalization +3 +6 +left out of Fisher features$/m);
    expect(stdout).toContain('23 trained weights, 17 in layers that count towards Fisher features');
  });

  it('layers tries the network on a batch of the data', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aquasurf-tasks-'));
    const text = readFileSync(join(tasksDir, 'mine.mjs'), 'utf8');
    const broken = {
      'scores.mjs': text.replace("tf.layers.softmax({ name: 'end' })", 'tf.layers.reshape({ targetShape: [2] })'),
      'holes.mjs': text.replace('Float32Array.of(0, 1, 1, 0)', 'Float32Array.of(0, 1, NaN, 0)'),
    };
    for (const [file, source] of Object.entries(broken)) {
      writeFileSync(join(folder, file), source.replace("'mine'", `'${file.split('.')[0]}'`));
    }
    const scores = await cli.run('task', 'layers', 'scores', '--tasks', folder);
    expect(scores).toMatchObject({ code: 1, stdout: '' });
    expect(scores.stderr).toMatch(/task scores: the model ends in layer "reshape.*no class probabilities/);
    const holes = await cli.run('task', 'layers', 'holes', '--tasks', folder);
    expect(holes.stderr).toMatch(/split "train" has an input that is not finite \(NaN in row 1\)/);
  });

  it('layers knows the built-in models by their names', async () => {
    const { code, stdout } = await cli.run('task', 'layers', 'all-cnn-c', '--json');
    expect(code).toBe(0);
    const { weights, layers } = JSON.parse(stdout) as { weights: number; layers: Array<{ kind: string }> };
    expect(weights).toBe(1_369_738);
    expect(layers.filter(({ kind }) => kind === 'Conv2D')).toHaveLength(9);
  });

  it('layers of an unknown name says which there are', async () => {
    const { code, stderr } = await cli.run('task', 'layers', 'resnet-50');
    expect(code).toBe(2);
    expect(stderr).toMatch(/no task "resnet-50"; known tasks: resnet-56/);
  });
});
