import { Argument, type Command } from 'commander';
import { examples, JSON_FLAG } from '../help.js';

export function registerBackend(program: Command): void {
  const backend = program
    .command('backend')
    .summary('install or show the native TensorFlow')
    .description(
      'The compute backend: a native TensorFlow under tfjs. `npm install @tensorflow/tfjs-node` (or -gpu) gives one; where its download fails, `backend install` builds one from packages.',
    );
  const install = backend
    .command('install')
    .summary('build a native TensorFlow from packages')
    .description(
      'Provides @tensorflow/tfjs-node where its own download fails: from packages of npm and Maven or PyPI, into the cache that all projects of a user share (AQUASURF_CACHE). About a minute and 650 MB for cpu, several GB for gpu (CUDA). What is there and works is kept.',
    )
    .addArgument(new Argument('[variant]', 'for the CPU, or for NVIDIA GPUs').choices(['cpu', 'gpu']).default('cpu'))
    .action(installAction);
  examples(install, [
    ['aquasurf backend install', 'for the CPU'],
    ['aquasurf backend install gpu', 'with CUDA libraries'],
  ]);
  const show = backend
    .command('show')
    .summary('list the backends that are found')
    .description('Lists the backends that are found, the one that `auto` takes first; `aquasurf doctor` tries it too.')
    .option(...JSON_FLAG)
    .action(showAction);
  examples(show, [['aquasurf backend show', 'names and folders']]);
  examples(backend, [['aquasurf backend install --help', 'what it needs and does']]);
}

async function installAction(variant: 'cpu' | 'gpu'): Promise<void> {
  const [{ loadConfig }, { installNative }, { notify }] = await Promise.all([
    import('../../config.js'),
    import('../../nn/backend/native-install.js'),
    import('../output.js'),
  ]);
  const folder = await installNative(variant, { cacheDir: loadConfig().cacheDir, notify });
  notify(`backend ${variant === 'gpu' ? 'tfjs-node-gpu' : 'tfjs-node'} is in ${folder}; \`aquasurf doctor\` checks it`);
}

async function showAction(flags: { json?: boolean }): Promise<void> {
  const [{ loadConfig }, { BACKEND_NAMES, findBackends }, { AquasurfError }, { printResult }] = await Promise.all([
    import('../../config.js'),
    import('../../nn/backend/find-backend.js'),
    import('../../errors.js'),
    import('../output.js'),
  ]);
  const { backend, projectDir, cacheDir } = loadConfig();
  const names = BACKEND_NAMES.filter((name) => backend === 'auto' || backend === name);
  const found = findBackends(names, { projectDir, cacheDir });
  if (flags.json || found.length > 0) {
    printResult(found, flags, () => found.map(({ name, module, from }) => `${name}  ${module} in ${from}`).join('\n'));
  }
  if (found.length > 0) return;
  throw new AquasurfError(
    'BACKEND_UNAVAILABLE',
    'no native TensorFlow was found: `npm install @tensorflow/tfjs-node`, or `aquasurf backend install` where its download fails',
  );
}
