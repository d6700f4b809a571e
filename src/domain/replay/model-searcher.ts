import type { SeededRandom } from '../random/seeded-random.js';
import type { Acquisition } from '../surrogate/choices.js';
import { chooseRow, type Model } from '../surrogate/choose.js';
import type { Points } from '../surrogate/points.js';
import { drawWaiting, type ReplayState, RUNNING, rowsWith, type Searcher, WAITING } from './searcher.js';
import type { Worth } from './worth.js';

interface ModelOptions {
  /** The places of all rows for the next suggestion: another embedding each time where it is fitted again. */
  places: (random: SeededRandom) => Points;
  /** For the next suggestion. */
  model: (seed: number) => Model;
  acquisition: Acquisition;
  /** Learn ranks instead of accuracies. @defaultValue false */
  ranked?: boolean;
  worth?: Worth;
}

/** The search of the program itself: the choice that a study's workers make (docs/design.md section 6.4), on a table's rows. */
export class ModelSearcher implements Searcher {
  readonly worth: Worth | undefined;

  constructor(private readonly options: ModelOptions) {
    this.worth = options.worth;
  }

  next(state: ReplayState, random: SeededRandom): number {
    const { places, model, acquisition, ranked = false } = this.options;
    const rows = Int32Array.from(state.done);
    const input = {
      points: places(random),
      waiting: rowsWith(state, WAITING),
      finished: { rows, values: Float64Array.from(rows, (row) => state.value[row]!) },
      pending: rowsWith(state, RUNNING),
      ...{ acquisition, ranked, direction: 'max' as const, random },
    };
    return chooseRow(input, model(random.integer(2 ** 32))) ?? drawWaiting(state, random);
  }
}
