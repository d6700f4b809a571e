import { execa } from 'execa';
import { AquasurfError } from '../../errors.js';
import { type NativeVariant, TENSORFLOW_SOURCES, type TensorflowSource } from './native-sources.js';

/** Whether a program is there and runs. */
type ProgramProbe = (command: readonly [string, ...string[]]) => Promise<boolean>;

export const programRuns: ProgramProbe = async ([program, ...args]) =>
  !(await execa(program, args, { reject: false, stdio: 'ignore' })).failed;

const DOWNLOADERS = {
  maven: { command: ['mvn', '--version'], name: 'mvn', debian: 'maven' },
  pypi: { command: ['python3', '-m', 'pip', '--version'], name: 'pip', debian: 'python3-pip' },
} as const;

const BUILD_TOOLS = [
  { command: ['g++', '--version'], name: 'g++', debian: 'g++' },
  { command: ['unzip', '-v'], name: 'unzip', debian: 'unzip' },
  { command: ['npm', '--version'], name: 'npm', debian: 'npm' },
] as const;

/**
 * The sources of `variant` that this machine has the downloader for, best first.
 * @throws AquasurfError BACKEND_UNAVAILABLE naming every missing program at once, with the command that installs them
 */
export async function usableSources(
  variant: NativeVariant,
  options: { probe: ProgramProbe; platform: string },
): Promise<TensorflowSource[]> {
  if (options.platform !== 'linux-x64') {
    throw new AquasurfError(
      'BACKEND_UNAVAILABLE',
      `native TensorFlow can be built from packages on linux-x64 only, this is ${options.platform}; ` +
        `install @tensorflow/tfjs-node${variant === 'gpu' ? '-gpu' : ''} with npm instead`,
    );
  }
  const sources = TENSORFLOW_SOURCES[variant];
  const registries = [...new Set(sources.map((source) => source.package.registry))];
  const downloaders = await present(
    registries.map((registry) => ({ ...DOWNLOADERS[registry], registry })),
    options.probe,
  );
  const tools = await present(BUILD_TOOLS, options.probe);

  const missing = tools.absent.map((tool): string => tool.name);
  const packages = tools.absent.map((tool): string => tool.debian);
  const [first] = downloaders.absent;
  if (downloaders.there.length === 0 && first) {
    missing.push(downloaders.absent.map((tool) => tool.name).join(' or '));
    packages.push(first.debian);
  }
  if (missing.length > 0) {
    throw new AquasurfError(
      'BACKEND_UNAVAILABLE',
      `to build native TensorFlow from packages, ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing; ` +
        `on Debian: apt-get install ${packages.join(' ')}`,
    );
  }
  return sources.filter((source) => downloaders.there.some((tool) => tool.registry === source.package.registry));
}

async function present<T extends { command: readonly [string, ...string[]] }>(
  tools: readonly T[],
  probe: ProgramProbe,
) {
  const found = await Promise.all(tools.map((tool) => probe(tool.command)));
  return { there: tools.filter((_, index) => found[index]), absent: tools.filter((_, index) => !found[index]) };
}
