import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageDir } from '../config.js';
import { AquasurfError } from '../errors.js';

/** What a kernel exports: functions over addresses in its memory. */
export type KernelFunction = (...values: number[]) => number;

const PAGE = 65_536;

/**
 * Compiles a kernel that the build made from src/kernels/assembly/. The result may be handed to worker threads.
 * @param name file in dist/kernels without its extension
 * @throws AquasurfError KERNELS_UNAVAILABLE when the build has not made it
 */
export function compileKernel(name: string): WebAssembly.Module {
  const file = join(packageDir, 'dist/kernels', `${name}.wasm`);
  let code: Buffer;
  try {
    code = readFileSync(file);
  } catch (cause) {
    throw new AquasurfError('KERNELS_UNAVAILABLE', `cannot read the compiled kernel ${file}: run \`npm run build\``, {
      cause,
    });
  }
  return new WebAssembly.Module(new Uint8Array(code));
}

/**
 * An instance of a kernel over the given memory.
 * @param imports functions that the kernel calls, by name
 */
export function instantiateKernel<Name extends string>(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  imports: Record<string, (...values: number[]) => number> = {},
): Record<Name, KernelFunction> {
  return new WebAssembly.Instance(module, { env: { memory, ...imports } }).exports as Record<Name, KernelFunction>;
}

export const pagesFor = (bytes: number): number => Math.ceil(bytes / PAGE);

/** Makes a memory at least so large. Views of it made before must be made again. */
export function ensureBytes(memory: WebAssembly.Memory, bytes: number): void {
  const missing = pagesFor(bytes) - memory.buffer.byteLength / PAGE;
  if (missing > 0) memory.grow(missing);
}
