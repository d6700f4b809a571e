import type { EnumerationKernels } from '../domain/enumeration/enumerator.js';
import type { MakeRounding } from '../domain/enumeration/output-rounding.js';
import type { ChebyshevSeries, ChebyshevSums } from '../domain/special-functions/chebyshev.js';
import { compileKernel, instantiateKernel, type KernelFunction, pagesFor } from './wasm-kernel.js';

const DOUBLE = 8;
/** Entries summed at a time, a multiple of eight: 8 KB. */
const PART = 1024;

/** What enumerates functions in WebAssembly: the bits of the plain functions. One for each thread. */
export function wasmEnumerationKernels(): EnumerationKernels {
  const module = compileKernel('function-vectors');
  return { rounding: (order, before) => rounding(module, order, before), chebyshevSums: seriesSums(module) };
}

function rounding(module: WebAssembly.Module, ...[order, before]: Parameters<MakeRounding>): ReturnType<MakeRounding> {
  const aligned = (bytes: number): number => 16 * Math.ceil(bytes / 16);
  const valuesAt = aligned(before + 4 * order.length);
  const placesAt = valuesAt + aligned(DOUBLE * order.length);
  const memory = new WebAssembly.Memory({ initial: pagesFor(placesAt + 2 * order.length) });
  new Uint16Array(memory.buffer, placesAt, order.length).set(order);
  const kernel = instantiateKernel<'round'>(module, memory);
  return {
    values: new Float64Array(memory.buffer, valuesAt, order.length),
    floats: new Float32Array(memory.buffer, before, order.length),
    round: () => kernel.round(valuesAt, placesAt, before, order.length) === 1,
  };
}

/** Series come first in the memory, each written once, then the entries that are summed. */
function seriesSums(module: WebAssembly.Module): ChebyshevSums {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const numbers = new Float64Array(memory.buffer);
  const entriesAt = numbers.length - PART;
  const addresses = new Map<ChebyshevSeries, number>();
  let end = 0;
  const { chebyshevSums } = instantiateKernel<'chebyshevSums'>(module, memory) as Record<string, KernelFunction>;
  const addressOf = (series: ChebyshevSeries): number => {
    const known = addresses.get(series);
    if (known !== undefined) return known;
    const address = DOUBLE * end;
    numbers.set(series, end);
    end += series.length;
    addresses.set(series, address);
    return address;
  };
  return (series, u, from, to) => {
    const address = addressOf(series);
    for (let begin = from; begin < to; begin += PART) {
      const count = Math.min(PART, to - begin);
      numbers.set(u.subarray(begin, begin + count), entriesAt);
      // What lies behind the entries is summed too, and means nothing.
      chebyshevSums!(address, series.length, DOUBLE * entriesAt, 8 * Math.ceil(count / 8));
      u.set(numbers.subarray(entriesAt, entriesAt + count), begin);
    }
  };
}
