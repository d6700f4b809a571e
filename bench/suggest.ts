import { createHash } from 'node:crypto';
import { SeededRandom } from '../dist/domain/random/seeded-random.js';
import { rankOf } from '../dist/domain/rank.js';
import { chooseRow, fittedAnew } from '../dist/domain/surrogate/choose.js';
import { KNearestNeighbours } from '../dist/domain/surrogate/k-nearest-neighbours.js';
import { pointsOf } from '../dist/domain/surrogate/points.js';
import { fashionMnistSmallCnn } from '../dist/nn/tasks/fashion-mnist-small-cnn.js';
import { createStudy } from '../dist/producers/create-study.js';
import type { Pipeline } from '../dist/queues/pipeline.js';
import type { FunctionDoc, StudyDoc, TrialDoc } from '../dist/store/documents.js';
import { suggestAndClaim } from '../dist/store/suggest.js';
import { newTrial } from '../dist/store/trial-document.js';
import { packVector } from '../dist/store/vectors.js';
import { withBenchPipeline } from './bench-pipeline.js';
import { type Benchmark, quantile, type Row, rounded } from './benchmark.js';

const FINISHED = 500;
const WAITING = 5000;
const SUGGESTIONS = 200;
const WARM_UP = 10;
const STUDY = 'bench';

/**
 * Milliseconds for a suggestion with its claim in a study with 500 finished trials and 5,000 waiting functions with
 * features: reads what changed from the database, fits, predicts, chooses, claims (each is released again at once, outside
 * of the timing, so that the number of finished and running trials stays). The bound is the choice alone, all in memory.
 */
const benchmark: Benchmark = {
  summary: `ms for a suggestion and its claim, ${FINISHED} trials done and ${WAITING} waiting, beside the choice alone in memory`,
  run: (notify) =>
    withBenchPipeline(notify, async (pipeline) => {
      notify('filling the study');
      const { study, points, accuracies } = await seedStudy(pipeline);
      const { store } = pipeline;
      notify('asking');
      const [whole, choice]: [number[], number[]] = [[], []];
      for (let ask = 1; ask <= SUGGESTIONS + WARM_UP; ask++) {
        const started = performance.now();
        const claimed = await suggestAndClaim(store, study, { owner: 'bench', leaseMs: 60_000 });
        const between = performance.now();
        choose(points, accuracies, study.seed, FINISHED + ask);
        const ended = performance.now();
        if (claimed.outcome !== 'claimed') throw new Error(`a claim ended ${claimed.outcome}`);
        await store.leases.release(STUDY, claimed.claim.hash, claimed.claim.lease.token);
        if (ask <= WARM_UP) continue;
        whole.push(between - started);
        choice.push(ended - between);
      }
      const row: Row = {
        case: `${FINISHED} done, ${WAITING} waiting`,
        suggest_p50_ms: rounded(quantile(whole, 0.5)),
        suggest_p99_ms: rounded(quantile(whole, 0.99)),
        choice_p50_ms: rounded(quantile(choice, 0.5)),
      };
      return [row];
    }),
};
export default benchmark;

type Points = Map<string, readonly [number, number]>;

/** What `suggest` does once it has read plane, candidates and results. */
function choose(points: Points, accuracies: readonly number[], seed: number, number: number): number | undefined {
  return chooseRow(
    {
      points: pointsOf([...points.values()]),
      waiting: Int32Array.from({ length: WAITING }, (_, i) => FINISHED + i),
      finished: { rows: Int32Array.from(accuracies, (_, i) => i), values: Float64Array.from(accuracies) },
      pending: new Int32Array(),
      acquisition: 'greedy',
      direction: 'max',
      random: new SeededRandom(`suggest ${seed} ${number}`),
    },
    fittedAnew(new KNearestNeighbours(), false),
  );
}

/** A study with random points and accuracies; its functions have hashes and made-up names. */
async function seedStudy(pipeline: Pipeline): Promise<{ study: StudyDoc; points: Points; accuracies: number[] }> {
  const { store } = pipeline;
  const random = new SeededRandom('bench suggest');
  const task = { task: fashionMnistSmallCnn, sourceHash: 'bench', origin: 'bench' };
  const study = await createStudy(pipeline, { name: STUDY, task, space: [] });
  const points: Points = new Map();
  const accuracies: number[] = [];
  const trials: TrialDoc[] = [];
  for (let i = 0; i < FINISHED + WAITING; i++) {
    // The baselines were trained first, as in every search.
    const hash = study.baselines[i] ?? createHash('sha256').update(`${i}`).digest('hex').slice(0, 32);
    points.set(hash, [Math.fround(10 * random.normal()), Math.fround(10 * random.normal())]);
    const features = packVector(Uint16Array.from({ length: 800 }, (_, k) => Math.round((65_535 * k) / 799)));
    const trial = newTrial(STUDY, hash, { state: 'defined', settings: study.fisher, features });
    if (i < FINISHED) {
      accuracies.push(random.next());
      Object.assign(trial, { status: 'done', number: i + 1, fn: 'relu(x)', result: result(accuracies[i]!) });
    }
    trials.push(trial);
  }
  const database = store.client.db(store.database);
  await database.collection<TrialDoc>('trials').insertMany(trials);
  await database
    .collection<FunctionDoc>('functions')
    .insertMany(trials.map(({ hash }, i) => ({ _id: hash, rank: rankOf(`f${i}(x)`, 1), usable: true })));
  const plane = Float32Array.from([...points.values()].flat());
  await store.embeddings.put(STUDY, { version: points.size, hashes: [...points.keys()], points: plane });
  return { study, points, accuracies };
}

function result(valAcc: number): NonNullable<TrialDoc['result']> {
  const others = { valLoss: 1, testAcc: valAcc, testLoss: 1, trainAcc: valAcc, trainLoss: 1, runtime: 1 };
  return { valAcc, ...others, runs: 1, stderr: null };
}
