import { FunctionEnumerator } from '../dist/domain/enumeration/enumerator.js';
import { canonicalHash } from '../dist/domain/features/canonical-hash.js';
import { isUsable, outputFeatures } from '../dist/domain/features/output-features.js';
import { STANDARD_OPERATORS } from '../dist/domain/operators/index.js';
import { wasmEnumerationKernels } from '../dist/kernels/function-vectors.js';
import { type Benchmark, type Row, rounded } from './benchmark.js';

/** The first instances of each schema; a naive evaluation of them takes some seconds. */
const CASES = [
  { schema: 'unary(unary(x))', functions: 729 },
  { schema: 'binary(unary(x),unary(x))', functions: 5103 },
  { schema: 'n-ary(unary(x),unary(x),unary(x))', functions: 6561 },
];
const CHUNK = 729;

/**
 * Functions a second, on one core, through all that an output-features job computes: expression, 1,000 outputs, hash.
 * The rival parses each name and evaluates it alone. They take turns, a chunk each.
 */
const benchmark: Benchmark = {
  summary: 'functions per second by enumeration, beside parsing and evaluating each name alone',
  run: async (notify) => CASES.map(({ schema, functions }) => compare(schema, functions, notify)),
};
export default benchmark;

function compare(schema: string, functions: number, notify: (line: string) => void): Row {
  notify(schema);
  let [ours, naive] = [0, 0];
  for (const measured of [false, true]) {
    const enumerator = new FunctionEnumerator(wasmEnumerationKernels());
    for (let from = 0; from < (measured ? functions : CHUNK); from += CHUNK) {
      let started = performance.now();
      const { names, classOf, hashes } = enumerator.enumerate({ schema }, STANDARD_OPERATORS, from, from + CHUNK);
      if (measured) ours += performance.now() - started;
      started = performance.now();
      names.forEach((name, i) => {
        if (evaluateAlone(name).hash === hashes[classOf[i]!]) return;
        throw new Error(`${name} has another hash when evaluated alone`);
      });
      if (measured) naive += performance.now() - started;
    }
  }
  return {
    schema,
    functions,
    perSecond: rounded((1000 * functions) / ours),
    naivePerSecond: rounded((1000 * functions) / naive),
    timesNaive: rounded(naive / ours),
  };
}

function evaluateAlone(name: string) {
  const outputs = outputFeatures(name);
  return { hash: canonicalHash(outputs), usable: isUsable(outputs) };
}
