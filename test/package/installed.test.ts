import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { subset } from 'semver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageDir } from '../../src/config.js';
import { testServices } from '../support/services.js';

/** The oldest Node that `engines` names, and the lines that people have. */
const OLDEST = '20.19.0';
const NODES = [OLDEST, '22', '24'];
const folder = mkdtempSync(join(tmpdir(), 'aquasurf-package-'));
const projects = new Map<string, Project>();

/** A project of somebody who installed the package from its archive with one version of Node. */
interface Project {
  folder: string;
  run: ReturnType<typeof runner>;
}

const runner =
  (cwd: string, PATH: string) =>
  (program: string, args: string[], env: Record<string, string> = {}) =>
    execa(program, args, { cwd, env: { ...env, PATH } });

beforeAll(async () => {
  const archive = await pack();
  // The registry is needed: what installers get today is the question.
  await Promise.all(NODES.map(async (version) => projects.set(version, await install(archive, version))));
}, 480_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function pack(): Promise<string> {
  const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: packageDir,
  });
  return join(folder, JSON.parse(stdout)[0].filename);
}

async function install(archive: string, version: string): Promise<Project> {
  const home = join(folder, version);
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }\n');
  copyFileSync(join(packageDir, 'examples/own-task.ts'), join(home, 'aquasurf.config.ts'));
  const ask = ['--yes', '--package', `node@${version}`, '--', 'node', '--print', 'process.execPath'];
  const node = (await execa('npx', ask, { cwd: home })).stdout;
  const path = [join(home, 'node_modules/.bin'), dirname(node), process.env.PATH].join(delimiter);
  const run = runner(home, path);
  await run('npm', ['install', '--engine-strict', '--prefer-offline', '--no-audit', '--no-fund', archive]);
  return { folder: home, run };
}

describe.each(NODES)('installed from its archive with Node %s, the package', (version) => {
  const project = () => projects.get(version) as Project;
  const services = testServices();
  const env = { REDIS_URL: services.redisUrl, MONGODB_URI: services.mongodbUri, AQUASURF_TOKEN: '' };
  afterAll(() => services.drop());

  // npm chooses versions that fit the Node at hand, so that the newer ones may get what the oldest cannot run.
  it.runIf(version === OLDEST)('has dependencies that run wherever it says that it runs', () => {
    const { engines } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
    const lock = JSON.parse(readFileSync(join(project().folder, 'node_modules/.package-lock.json'), 'utf8'));
    const installed: Array<[string, { engines?: { node?: string } }]> = Object.entries(lock.packages);
    expect(installed.length).toBeGreaterThan(100);
    expect(installed.filter(([, { engines: theirs }]) => !subset(engines.node, theirs?.node ?? '*'))).toEqual([]);
  });

  it('explains itself and computes a function, without servers', async () => {
    expect((await project().run('node', ['--version'])).stdout).toContain(`v${version}`);
    expect((await project().run('aquasurf', ['--help'])).stdout).toContain('Usage: aquasurf');
    expect((await project().run('aquasurf', ['fn', 'max(relu(x),tanh(x))'], env)).stdout).toContain('max(');
  });

  it('does the work of a study on a task of the project', async () => {
    const { run } = project();
    await run('aquasurf', ['study', 'create', 'spirals', '--task', 'two-spirals', '--space', 'unary(x)'], env);
    const worker = run('aquasurf', ['worker', '--gpus', 'none'], env);
    await run('aquasurf', ['populate', 'spirals', '--wait'], env);
    await run('aquasurf', ['train', 'spirals', '--fn', 'tanh(x)', '--wait'], env);
    worker.kill('SIGINT');
    expect(await worker).toMatchObject({ exitCode: 0 });
    const { stdout } = await run('aquasurf', ['best', 'spirals', '--json'], env);
    expect(JSON.parse(String(stdout))).toMatchObject([{ fn: 'tanh(x)' }]);
  });

  it('serves Bull Board', async () => {
    const monitor = project().run('aquasurf', ['monitor', '--port', '0'], env);
    const lines = createInterface({ input: monitor.stderr });
    for await (const line of lines) {
      const url = /http:\S+/.exec(line)?.[0];
      if (url === undefined) continue;
      expect(await (await fetch(url)).text()).toContain('<title>aquasurf</title>');
      break;
    }
    monitor.kill('SIGINT');
    expect(await monitor).toMatchObject({ exitCode: 0 });
  });
});
