import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportFunction } from '../../src/export/export-function.js';

export const PYTHON_TARGETS = ['torch', 'keras', 'jax'] as const;
export type PythonTarget = (typeof PYTHON_TARGETS)[number];

/** What an exported file computed at the points. */
export interface Computed {
  values: Float64Array;
  /** Of the sum of the values. */
  gradients: Float64Array;
}

export interface PythonRun {
  /** Of the packages and of Python. */
  versions: Record<string, string>;
  functions: { float32: Computed; float64: Computed }[];
}

/** Virtual environments are kept between runs: they are large. */
const ENVIRONMENTS = join(tmpdir(), 'aquasurf-python');
/** TensorFlow 2.15, with Keras 2, exists for these. */
const INTERPRETERS = ['python3.11', 'python3.10', 'python3.9', 'python3'];
const DRIVER = fileURLToPath(new URL('./run_exported.py', import.meta.url));

/**
 * An interpreter that has the target's packages; installs them where it can: TensorFlow 2.15 and JAX from PyPI into
 * virtual environments, PyTorch as Debian's python3-torch.
 * @throws Error with the reason
 */
export function pythonOf(target: PythonTarget): string {
  if (target === 'torch') return debianPython();
  return target === 'keras' ? environment('tensorflow', 'tensorflow-cpu==2.15.*') : environment('jax', 'jax[cpu]');
}

function environment(module: string, requirement: string): string {
  const folder = join(ENVIRONMENTS, module);
  const python = join(folder, 'bin', 'python');
  if (existsSync(python) && imports(python, module)) return python;
  const interpreter = INTERPRETERS.find((name) => imports(name, 'venv'));
  if (interpreter === undefined) throw new Error('there is no Python 3 with venv');
  call(interpreter, ['-m', 'venv', '--clear', folder]);
  call(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement]);
  return python;
}

function debianPython(): string {
  const python = '/usr/bin/python3';
  if (!existsSync(python)) throw new Error(`there is no ${python}`);
  if (!imports(python, 'torch')) {
    call('apt-get', ['update']);
    call('apt-get', ['install', '--yes', '--no-install-recommends', 'python3-torch']);
  }
  return python;
}

function imports(python: string, module: string): boolean {
  try {
    call(python, ['-c', `import ${module}`]);
    return true;
  } catch {
    return false;
  }
}

/** Errors hold the end of what the program said. */
function call(program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { stdio: 'pipe', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    throw new Error(`${program} ${args.join(' ')} failed: ${stderr?.toString().trim().slice(-2000) ?? error}`);
  }
}

/** Exports the functions and executes the files at the points, in float32 and in float64. */
export function runPython(
  target: PythonTarget,
  python: string,
  functions: readonly { fn: string; normalize?: boolean }[],
  x: readonly number[],
): PythonRun {
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-export-'));
  try {
    const files = functions.map(({ fn, normalize = false }, i) => {
      const { code, name } = exportFunction(fn, { to: target, normalize });
      writeFileSync(join(folder, `f${i}.py`), code);
      return { file: `f${i}.py`, name, use: i % 20 === 0 };
    });
    writeFileSync(
      join(folder, 'request.json'),
      JSON.stringify({ x: Buffer.from(Float64Array.from(x).buffer).toString('base64'), functions: files }),
    );
    call(python, [DRIVER, target, folder]);
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as {
      versions: Record<string, string>;
      functions: Record<'float32' | 'float64', { values: string; gradients: string }>[];
    };
    return { versions: result.versions, functions: result.functions.map(decodeBoth) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function decodeBoth({ float32, float64 }: Record<'float32' | 'float64', { values: string; gradients: string }>) {
  const decode = ({ values, gradients }: { values: string; gradients: string }): Computed => ({
    values: doubles(values),
    gradients: doubles(gradients),
  });
  return { float32: decode(float32), float64: decode(float64) };
}

function doubles(base64: string): Float64Array {
  const bytes = Buffer.from(base64, 'base64');
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));
}
