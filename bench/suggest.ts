import { createHash } from 'node:crypto';
import { rankOf } from '../dist/domain/expression/rank.js';
import { SeededRandom } from '../dist/domain/random/seeded-random.js';
import { quantile } from '../dist/domain/replay/averages.js';
import { needsUncertainty } from '../dist/domain/surrogate/acquisition.js';
import { chooseRow, fittedAnew } from '../dist/domain/surrogate/choose.js';
import type { Points } from '../dist/domain/surrogate/points.js';
import { GrowingProcess } from '../dist/domain/surrogate/regressors/growing-process.js';
import {
  createRegressor,
  NEW_STUDY_SURROGATE,
  PAPER_SURROGATE,
  type SurrogateSettings,
} from '../dist/domain/surrogate/settings.js';
import { fashionMnistSmallCnn } from '../dist/nn/tasks/fashion-mnist-small-cnn.js';
import { createStudy } from '../dist/producers/create-study.js';
import type { Pipeline } from '../dist/queues/pipeline.js';
import type { FunctionDoc, TrialDoc } from '../dist/store/documents.js';
import { packVector } from '../dist/store/mongo/vectors.js';
import { suggestAndClaim } from '../dist/store/suggest/suggest.js';
import { newTrial } from '../dist/store/trials/trial-document.js';
import { withBenchPipeline } from './bench-pipeline.js';
import { type Benchmark, type Row, rounded } from './benchmark.js';

const FINISHED = 500;
const WAITING = 5000;
const SUGGESTIONS = 200;
const WARM_UP = 10;
const STUDY = 'bench';

/** Of the places that studies choose by. */
const DIMENSIONS = { plane: 2, 'outputs-plane': 2, components: 20 };

/**
 * Milliseconds for a suggestion with its claim in a study with 500 finished trials at first and 5,000 waiting functions
 * with features: reads what changed from the database, fits, predicts, chooses, claims. Each is reported before the next
 * (outside of the timing), so that the model has one result more each time, as in a search. The first suggestion of the
 * process stands apart: it reads the places, and a Gaussian process factorises. The bound is the choice alone, in memory.
 */
const benchmark: Benchmark = {
  summary: `ms for a suggestion and its claim, ${FINISHED} trials done and ${WAITING} waiting, beside the choice alone in memory`,
  run: (notify, { regressor, acquisition, places }) =>
    withBenchPipeline(notify, async (pipeline) => {
      notify('filling the study');
      const chosen = { regressor, acquisition, places } as Partial<SurrogateSettings>;
      const base = (regressor ?? acquisition ?? places) ? PAPER_SURROGATE : NEW_STUDY_SURROGATE;
      const surrogate = { ...base, ...JSON.parse(JSON.stringify(chosen)) } as Surrogate;
      const { study, points, hashes, accuracies } = await seedStudy(pipeline, surrogate);
      const { store } = pipeline;
      const rowOf = new Map(hashes.map((hash, row) => [hash, row]));
      const process = new GrowingProcess();
      const done = new Map(accuracies.map((accuracy, row) => [row, accuracy]));
      notify('asking');
      const [whole, choice]: [number[], number[]] = [[], []];
      for (let ask = 0; ask <= SUGGESTIONS + WARM_UP; ask++) {
        const started = performance.now();
        const claimed = await suggestAndClaim(store, study, { owner: 'bench', leaseMs: 60_000 });
        const between = performance.now();
        choose(points, done, surrogate, process);
        const ended = performance.now();
        if (claimed.outcome !== 'claimed') throw new Error(`a claim ended ${claimed.outcome}`);
        whole.push(between - started);
        choice.push(ended - between);
        const { hash, lease } = claimed.claim;
        const row = rowOf.get(hash)!;
        done.set(row, accuracyAt(points, row));
        const run = { seed: 0, result: result(done.get(row)!), history: [], worker: 'bench' };
        await store.results.report(STUDY, hash, lease.token, run);
      }
      const row: Row = {
        case: `${surrogate.regressor}, ${surrogate.acquisition}, ${surrogate.places ?? 'plane'}`,
        suggest_p50_ms: rounded(quantile(whole.slice(1 + WARM_UP), 0.5)),
        suggest_p99_ms: rounded(quantile(whole.slice(1 + WARM_UP), 0.99)),
        suggest_first_ms: rounded(whole[0]!),
        choice_p50_ms: rounded(quantile(choice.slice(1 + WARM_UP), 0.5)),
      };
      return [row];
    }),
};
export default benchmark;

type Surrogate = SurrogateSettings & { regressor: Exclude<SurrogateSettings['regressor'], 'task'> };

/** What `suggest` does once it has read places, candidates and results. */
function choose(
  points: Points,
  done: ReadonlyMap<number, number>,
  { regressor, acquisition, places }: Surrogate,
  process: GrowingProcess,
): number | undefined {
  return chooseRow(
    {
      points,
      waiting: Int32Array.from({ length: points.count }, (_, row) => row).filter((row) => !done.has(row)),
      finished: { rows: Int32Array.from(done.keys()), values: Float64Array.from(done.values()) },
      pending: new Int32Array(),
      ...{ acquisition, direction: 'max', ranked: places === 'components' },
      random: new SeededRandom(`suggest ${done.size}`),
    },
    regressor === 'gaussian-process'
      ? process
      : fittedAnew(createRegressor(regressor, 1), needsUncertainty(acquisition)),
  );
}

/** Made up: a hill with noise. */
function accuracyAt({ dimensions, coordinates }: Points, row: number): number {
  let square = 0;
  for (let d = 0; d < Math.min(3, dimensions); d++) square += coordinates[row * dimensions + d]! ** 2;
  const height = Math.exp(-square / 200);
  return 0.1 + 0.7 * height + 0.02 * new SeededRandom(`accuracy ${row}`).normal();
}

/** A study with random places and made-up accuracies; its functions have hashes and made-up names. */
async function seedStudy(pipeline: Pipeline, surrogate: Surrogate) {
  const { store } = pipeline;
  const random = new SeededRandom('bench suggest');
  const task = { task: fashionMnistSmallCnn, sourceHash: 'bench', origin: 'bench' };
  const study = await createStudy(pipeline, { name: STUDY, task, space: [], ...surrogate });
  const count = FINISHED + WAITING;
  const dimensions = DIMENSIONS[surrogate.places ?? 'plane'];
  const coordinates = Float32Array.from({ length: count * dimensions }, () => 10 * random.normal());
  const points: Points = { count, dimensions, coordinates };
  // The baselines were trained first, as in every search.
  const hashes = Array.from(
    { length: count },
    (_, i) => study.baselines[i] ?? createHash('sha256').update(`${i}`).digest('hex').slice(0, 32),
  );
  const accuracies = Array.from({ length: FINISHED }, (_, row) => accuracyAt(points, row));
  const features = packVector(Uint16Array.from({ length: 800 }, (_, k) => Math.round((65_535 * k) / 799)));
  const trials = hashes.map((hash, i): TrialDoc => {
    const trial = newTrial(STUDY, hash, { state: 'defined', settings: study.fisher, features });
    if (i >= FINISHED) return trial;
    const found = { ...result(accuracies[i]!), runs: 1, stderr: null };
    return { ...trial, status: 'done', number: i + 1, fn: 'relu(x)', result: found };
  });
  const database = store.client.db(store.database);
  await database.collection<TrialDoc>('trials').insertMany(trials);
  await database
    .collection<FunctionDoc>('functions')
    .insertMany(hashes.map((hash, i) => ({ _id: hash, rank: rankOf(`f${i}(x)`, 1), usable: true })));
  if (surrogate.places === 'components') await store.components.put(STUDY, { version: count, hashes, points });
  else await store.embeddings.put(STUDY, { version: count, hashes, points: coordinates });
  return { study, points, hashes, accuracies };
}

function result(valAcc: number) {
  return { valAcc, valLoss: 1, testAcc: valAcc, testLoss: 1, trainAcc: valAcc, trainLoss: 1, runtime: 1 };
}
