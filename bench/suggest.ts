import { createHash } from 'node:crypto';
import { SeededRandom } from '../dist/domain/random/seeded-random.js';
import { chooseCandidate } from '../dist/domain/surrogate/choose.js';
import { KNearestNeighbours } from '../dist/domain/surrogate/k-nearest-neighbours.js';
import { fashionMnistSmallCnn } from '../dist/nn/tasks/fashion-mnist-small-cnn.js';
import { createStudy } from '../dist/producers/create-study.js';
import type { Pipeline } from '../dist/queues/pipeline.js';
import type { StudyDoc, TrialDoc } from '../dist/store/documents.js';
import { suggest } from '../dist/store/suggest.js';
import { newTrial } from '../dist/store/trial-document.js';
import { packVector } from '../dist/store/vectors.js';
import { withBenchPipeline } from './bench-pipeline.js';
import { type Benchmark, quantile, type Row, rounded } from './benchmark.js';

const FINISHED = 1000;
const WAITING = 4000;
const SUGGESTIONS = 100;
const STUDY = 'bench';

/**
 * Milliseconds for a suggestion in a study with 1,000 finished trials and 4,000 waiting functions with features (the
 * paper computed about as many): reads plane, candidates and results from the database, fits, predicts, chooses. The
 * bound is the choice alone, with all of it in memory.
 */
const benchmark: Benchmark = {
  summary: `ms for a suggestion, ${FINISHED} trials done and ${WAITING} waiting, beside the choice alone in memory`,
  run: (notify) =>
    withBenchPipeline(notify, async (pipeline) => {
      notify('filling the study');
      const { study, points, accuracies } = await seedStudy(pipeline);
      notify('asking');
      const [whole, choice]: [number[], number[]] = [[], []];
      for (let number = 1; number <= SUGGESTIONS + 5; number++) {
        const started = performance.now();
        await suggest(pipeline.store, study, FINISHED + number);
        const between = performance.now();
        choose(points, accuracies, study.seed, FINISHED + number);
        if (number <= 5) continue;
        whole.push(between - started);
        choice.push(performance.now() - between);
      }
      return [row('suggest', whole), row('choice in memory (bound)', choice)];
    }),
};
export default benchmark;

const row = (what: string, times: number[]): Row => ({
  case: what,
  p50Ms: rounded(quantile(times, 0.5)),
  p99Ms: rounded(quantile(times, 0.99)),
});

type Points = Map<string, readonly [number, number]>;

/** What `suggest` does once it has read plane, candidates and results. */
function choose(points: Points, accuracies: readonly number[], seed: number, number: number): string | undefined {
  const placed = [...points];
  return chooseCandidate({
    candidates: placed.slice(FINISHED).map(([hash, point]) => ({ hash, point, baseline: false })),
    finished: accuracies.map((value, i) => ({ point: placed[i]![1], value })),
    regressor: new KNearestNeighbours(3),
    direction: 'max',
    random: new SeededRandom(`suggest ${seed} ${number}`),
  });
}

/** A study with random points and accuracies; its functions have hashes and no expressions, which `suggest` needs not. */
async function seedStudy(pipeline: Pipeline): Promise<{ study: StudyDoc; points: Points; accuracies: number[] }> {
  const { store } = pipeline;
  const random = new SeededRandom('bench suggest');
  const task = { task: fashionMnistSmallCnn, sourceHash: 'bench', origin: 'bench' };
  const study = await createStudy(pipeline, { name: STUDY, task, space: [] });
  const points: Points = new Map();
  const accuracies: number[] = [];
  const trials: TrialDoc[] = [];
  for (let i = 0; i < FINISHED + WAITING; i++) {
    const hash = createHash('sha256').update(`${i}`).digest('hex').slice(0, 32);
    points.set(hash, [Math.fround(10 * random.normal()), Math.fround(10 * random.normal())]);
    const features = packVector(Uint16Array.from({ length: 800 }, (_, k) => Math.round((65_535 * k) / 799)));
    const trial = newTrial(STUDY, hash, { state: 'defined', settings: study.fisher, features });
    if (i < FINISHED) {
      accuracies.push(random.next());
      Object.assign(trial, { status: 'done', number: i + 1, fn: 'relu(x)', result: result(accuracies[i]!) });
    }
    trials.push(trial);
  }
  await store.client.db(store.database).collection<TrialDoc>('trials').insertMany(trials);
  const plane = Float32Array.from([...points.values()].flat());
  await store.embeddings.put(STUDY, { version: points.size, hashes: [...points.keys()], points: plane });
  return { study, points, accuracies };
}

function result(valAcc: number): NonNullable<TrialDoc['result']> {
  const others = { valLoss: 1, testAcc: valAcc, testLoss: 1, trainAcc: valAcc, trainLoss: 1, runtime: 1 };
  return { valAcc, ...others, runs: 1, stderr: null };
}
