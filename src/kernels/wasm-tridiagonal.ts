import type { ReduceToTridiagonal } from './householder-tridiagonal.js';
import { compileKernel, ensureBytes, instantiateKernel } from './wasm-kernel.js';

/** A memory that grew beyond this is not kept for the next matrix. */
const KEPT_BYTES = 256 * 2 ** 20;
const DOUBLE = 8;

const even = (entries: number): number => entries + (entries % 2);

/**
 * `reduceToTridiagonal` in WebAssembly SIMD: the same method in another order of additions. The kernel is compiled at
 * first use, and its memory is kept from one matrix to the next.
 */
export function wasmTridiagonal(): ReduceToTridiagonal {
  let module: WebAssembly.Module | undefined;
  let kept: { memory: WebAssembly.Memory; reduce: (...values: number[]) => number } | undefined;

  return (matrix, n, scale) => {
    if (n === 0) return { diagonal: new Float64Array(), offDiagonal: new Float64Array() };
    module ??= compileKernel('householder-tridiagonal');
    if (kept === undefined) {
      const memory = new WebAssembly.Memory({ initial: 1 });
      kept = { memory, reduce: instantiateKernel<'reduce'>(module, memory).reduce };
    }
    const { memory, reduce } = kept;
    // Rows and vectors start at multiples of 16 bytes.
    const row = even(n);
    const vector = even(n + 2);
    const [diagonalAt, offDiagonalAt, workAt] = [n * row, n * row + vector, n * row + 2 * vector];
    ensureBytes(memory, (workAt + 4 * vector) * DOUBLE);
    const numbers = new Float64Array(memory.buffer);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) numbers[i * row + j] = matrix[i * n + j]! / scale;
    }
    reduce(0, row * DOUBLE, n, diagonalAt * DOUBLE, offDiagonalAt * DOUBLE, workAt * DOUBLE);
    const diagonal = numbers.slice(diagonalAt, diagonalAt + n);
    const offDiagonal = numbers.slice(offDiagonalAt, offDiagonalAt + n - 1);
    if (memory.buffer.byteLength > KEPT_BYTES) kept = undefined;
    return { diagonal, offDiagonal };
  };
}
