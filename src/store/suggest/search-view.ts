import type { SeededRandom } from '../../domain/random/seeded-random.js';
import type { Acquisition } from '../../domain/surrogate/choices.js';
import { type ChoiceInput, type Question, questionFor, rowOfAnswer } from '../../domain/surrogate/choose.js';
import { GrowingProcess } from '../../domain/surrogate/regressors/growing-process.js';
import type { Prediction } from '../../domain/surrogate/regressors/regressor.js';
import type { StudyDoc } from '../documents.js';
import type { Plane } from '../planes/planes.js';
import type { Store } from '../store.js';
import type { OccupiedTrial } from '../trials/trials.js';

/** Whoever predicts: a regressor of this program at once, a user's own after a while. */
export interface Predictor {
  /** Finished trials below which it is not asked. */
  readonly minimumSamples: number;
  /** Undefined: no opinion, as with too few samples. */
  predict(question: Question): Prediction | undefined | Promise<Prediction | undefined>;
}

const NO_POINTS = { count: 0, dimensions: 2, coordinates: new Float64Array() };

/**
 * A study at one moment, for choosing what to train next: its plane, its results, what runs. Candidates are the functions
 * of the plane less those that are known to be occupied: reading thousands of waiting trials for every suggestion would
 * cost more than all the rest. Whether a function still waits is decided by the claim; `lose` tells the view.
 */
export class SearchView {
  private readonly rowStatus: Uint8Array;
  private readonly finished = { rows: [] as number[], values: [] as number[] };
  private readonly pending: number[] = [];
  private readonly occupied = new Map<string, OccupiedTrial['status']>();
  /** Waiting candidates of all kinds, read when a random one is wanted. */
  private all: string[] | undefined;
  private baselines: string[] | undefined;

  private constructor(
    private readonly store: Store,
    private readonly study: StudyDoc,
    private readonly plane: Plane | null,
    trials: readonly OccupiedTrial[],
  ) {
    this.rowStatus = new Uint8Array(plane?.hashes.length ?? 0);
    for (const { hash, status, result } of trials.toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0))) {
      this.occupied.set(hash, status);
      const row = plane?.rowOf.get(hash);
      if (row === undefined) continue;
      this.rowStatus[row] = 1;
      if (status === 'running') this.pending.push(row);
      if (status !== 'done') continue;
      this.finished.rows.push(row);
      this.finished.values.push(result?.[study.metric] ?? Number.NaN);
    }
    const numbers = new Set(trials.flatMap(({ number }) => (number === null ? [] : [number])));
    let free = 1;
    while (numbers.has(free)) free += 1;
    this.freeNumber = free;
  }

  /** The Gaussian process over the plane's places, with what it remembers. */
  get process(): GrowingProcess {
    return this.plane?.process ?? new GrowingProcess();
  }

  /** The lowest number that no running or done trial has. */
  readonly freeNumber: number;

  static async read(store: Store, study: StudyDoc): Promise<SearchView> {
    const [plane, trials] = await Promise.all([store.planes.latest(study), store.trials.occupied(study._id)]);
    return new SearchView(store, study, plane, trials);
  }

  /**
   * The hash to train next, or undefined when no candidate waits (docs/design.md section 6.4): a baseline, at random, while one
   * waits; then what the model chooses; where it has no opinion, any candidate, at random.
   * @param spread how many of the best predictions are drawn from: more than 1 after lost races
   */
  async choose(
    predictor: Predictor,
    acquisition: Acquisition,
    random: SeededRandom,
    spread = 1,
  ): Promise<string | undefined> {
    const baselines = await this.waitingBaselines();
    if (baselines.length > 0) return baselines[random.integer(baselines.length)];
    const chosen = this.plane && (await this.chooseByModel(predictor, acquisition, random, spread));
    if (chosen) return chosen;
    this.all ??= (await this.store.trials.candidates(this.study._id)).map(({ hash }) => hash);
    const left = this.all.filter((hash) => !this.occupied.has(hash));
    return left.length === 0 ? undefined : left[random.integer(left.length)];
  }

  /** Somebody else claimed the function since the study was read: it counts as running. */
  lose(hash: string): void {
    this.occupied.set(hash, 'running');
    const row = this.plane?.rowOf.get(hash);
    if (row === undefined || this.rowStatus[row] === 1) return;
    this.rowStatus[row] = 1;
    this.pending.push(row);
  }

  private async waitingBaselines(): Promise<string[]> {
    const open = this.study.baselines.filter((hash) => !this.occupied.has(hash));
    if (open.length === 0) return [];
    this.baselines ??= await this.store.trials.candidatesAmong(this.study._id, open);
    return this.baselines.filter((hash) => !this.occupied.has(hash));
  }

  private async chooseByModel(
    predictor: Predictor,
    acquisition: Acquisition,
    random: SeededRandom,
    spread: number,
  ): Promise<string | undefined> {
    const input: ChoiceInput = {
      points: this.plane?.points ?? NO_POINTS,
      waiting: this.waitingRows(),
      finished: { rows: Int32Array.from(this.finished.rows), values: Float64Array.from(this.finished.values) },
      pending: Int32Array.from(this.pending),
      acquisition,
      direction: this.study.direction,
      ranked: this.study.surrogate.places === 'components',
      random,
    };
    const question = questionFor(input, predictor.minimumSamples);
    if (question === undefined) return undefined;
    const prediction = await predictor.predict(question);
    const row = prediction && rowOfAnswer(question, prediction, { acquisition, random, spread });
    return row === undefined ? undefined : this.plane?.hashes[row];
  }

  private waitingRows(): Int32Array {
    const rows = new Int32Array(this.rowStatus.length);
    let count = 0;
    this.rowStatus.forEach((status, row) => {
      if (status === 0) rows[count++] = row;
    });
    return rows.subarray(0, count);
  }
}
