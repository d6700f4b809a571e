import { createHash } from 'node:crypto';
import { KernelThreads } from '../dist/consumers/threads/kernel-threads.js';
import { BASELINES } from '../dist/domain/baselines.js';
import { parseSchema, schemaSize } from '../dist/domain/expression/schema.js';
import { HASH_DIGITS } from '../dist/domain/features/canonical-hash.js';
import { STANDARD_OPERATORS } from '../dist/domain/operators/index.js';
import { SPACE_PRESETS } from '../dist/producers/spaces/space-entries.js';

// A program of its own and plain JavaScript, so that its memory is that of computing alone and of no compiler.
// Usage: populate-compute.mjs THREADS
// Prints {functions, unique, checksum, computeSeconds, peakRssMb, cpuSeconds}; the checksum is over all hashes.

const RANGE = 32_768;
const threadCount = Number(process.argv[2] ?? 2);

const ranges = SPACE_PRESETS.standard.flatMap((schema) => {
  const size = Number(schemaSize(parseSchema(schema), STANDARD_OPERATORS));
  const starts = Array.from({ length: Math.ceil(size / RANGE) }, (_, i) => i * RANGE);
  return starts.map((from) => ({ source: { schema, sharing: true }, from, to: Math.min(from + RANGE, size) }));
});
const baselines = { source: { names: BASELINES }, from: 0, to: BASELINES.length };

const threads = new KernelThreads(threadCount);
// The first 64 bits of each hash tell a million apart; a set of texts would weigh more than what it measures.
const hashes = new BigUint64Array(2 ** 20);
let count = 0;
let functions = 0;
const queue = [...ranges, baselines].values();
const started = performance.now();
await Promise.all(
  Array.from({ length: threadCount }, async () => {
    for (const range of queue) {
      const batch = await threads.run('enumerate', { ...range, operators: 'standard' });
      functions += batch.classOf.length;
      for (let at = 0; at < batch.hashes.length; at += HASH_DIGITS) {
        hashes[count++] = BigInt(`0x${batch.hashes.slice(at, at + 16)}`);
      }
    }
  }),
);
const computeSeconds = (performance.now() - started) / 1000;
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
await threads.close();
const sorted = hashes.subarray(0, count).sort();
const distinct = sorted.filter((hash, i) => i === 0 || hash !== sorted[i - 1]);
const unique = distinct.length;
const checksum = createHash('sha256').update(new Uint8Array(distinct.buffer)).digest('hex').slice(0, 16);
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
console.log(JSON.stringify({ functions, unique, checksum, computeSeconds, peakRssMb: maxRSS * 1.024e-3, cpuSeconds }));
