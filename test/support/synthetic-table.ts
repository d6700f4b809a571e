import type { ActBenchTable } from '../../src/act-bench/table.js';
import { BASELINES } from '../../src/domain/baselines.js';
import { isUsable, outputFeatures } from '../../src/domain/features/output-features.js';
import { STANDARD_OPERATORS } from '../../src/domain/operators/index.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { normalCdf } from '../../src/domain/surrogate/normal-distribution.js';

const BINS = 120;
const CHANCE = 0.1;

/**
 * A table in which accuracy is a smooth function of the outputs (their scale, their asymmetry, how much the odd part
 * bends) and the spectrum tells the scale, with noise from seed to seed; functions that grow too much are at chance and
 * lack Fisher features. Made in a second; nothing was trained.
 */
export function syntheticTable(options: {
  functions: number;
  seeds: number;
  seed?: number;
  noise?: number;
}): ActBenchTable {
  const { functions, seeds, seed = 1, noise = 0.005 } = options;
  const random = new SeededRandom(`synthetic ${seed}`);
  const table: ActBenchTable = new Map();
  const names = random.shuffle(instances());
  for (const name of [...BASELINES, ...names]) {
    if (table.size >= functions) break;
    if (table.has(name)) continue;
    const outputs = outputFeatures(name);
    if (!isUsable(outputs)) continue;
    const traits = traitsOf(outputs);
    const valAcc = Array.from({ length: seeds }, () => accuracy(traits, noise * random.normal()));
    const testAcc = Array.from({ length: seeds }, (_, i) =>
      accuracy(traits, valAcc[i]! - accuracy(traits, 0) + (noise * random.normal()) / 2),
    );
    const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
    table.set(name, {
      ...{ trainAcc: median(valAcc), trainLoss: 1, valAcc: median(valAcc), valLoss: 1 },
      ...{ testAcc: median(testAcc), testLoss: 1, runtime: 1 + random.next(), equivalents: [] },
      fisherCdf: traits.diverges ? new Float32Array() : spectrum(traits),
      ...(seeds > 1 ? { seeds: { valAcc, testAcc } } : {}),
    });
  }
  return table;
}

function instances(): string[] {
  const { unary, binary } = STANDARD_OPERATORS;
  return binary.flatMap((b) => unary.flatMap((u) => unary.map((v) => `${b.name}(${u.name}(x),${v.name}(x))`)));
}

interface Traits {
  scale: number;
  mean: number;
  asymmetry: number;
  diverges: boolean;
}

function traitsOf(outputs: Float32Array): Traits {
  const mean = outputs.reduce((sum, y) => sum + y, 0) / outputs.length;
  const deviation = Math.sqrt(outputs.reduce((sum, y) => sum + (y - mean) ** 2, 0) / outputs.length);
  const skew = outputs.reduce((sum, y) => sum + ((y - mean) / deviation) ** 3, 0) / outputs.length;
  const scale = Math.log(deviation);
  return { scale, mean: Math.tanh(mean / (deviation + 1e-9)), asymmetry: Math.tanh(skew), diverges: scale > 2.5 };
}

function accuracy({ scale, mean, asymmetry, diverges }: Traits, error: number): number {
  if (diverges || scale < -4) return CHANCE;
  const goodness = Math.exp(-((scale + 0.3) ** 2) / 2 - mean ** 2 - (asymmetry - 0.4) ** 2);
  return Math.min(1, Math.max(CHANCE, 0.5 + 0.4 * goodness + error));
}

function spectrum({ scale, asymmetry }: Traits): Float32Array {
  return Float32Array.from({ length: BINS }, (_, i) => {
    const at = -6 + (12 * i) / (BINS - 1);
    return normalCdf((at - 1.5 * scale) / (1 + 0.4 * asymmetry));
  });
}
