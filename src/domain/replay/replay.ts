import { SeededRandom } from '../random/seeded-random.js';
import { CLOSED, DONE, RUNNING, type Searcher, WAITING } from './searcher.js';

interface ReplaySearchOptions {
  searcher: Searcher;
  /** What a training of each row shows: the validation accuracy of the seed that the searcher sees. */
  seen: Float64Array;
  /** Rows that every search trains first, in random order. */
  baselines: readonly number[];
  /** 1 for rows that are no candidates. */
  closed?: Uint8Array | undefined;
  trials: number;
  /** Trainings at once. */
  workers: number;
  /** How long a training of each row takes, in any unit; a run's own noise comes on top. */
  duration: Float64Array;
  seed: number | string;
  /** Which rows become candidates while the search runs; those that are closed at first and never named stay closed. */
  opening?: Opening | undefined;
}

/** Functions get their features while others train. */
export interface Opening {
  /** Rows for each finished trial. */
  perTrial: number;
  /** A trial is done. */
  learn(row: number, value: number): void;
  /** The next rows among those that may still be opened. */
  choose(closed: readonly number[], count: number, random: SeededRandom): readonly number[];
  /** Rows that can be opened at all. */
  possible: readonly number[];
}

/** Relative standard deviation of the time of a training from run to run. */
const TIME_NOISE = 0.2;

/**
 * Plays a search against a table: W workers ask, train for a while, and report; each asks again at once. Trainings end in
 * the order of simulated time, so that a searcher knows what it would know with parallel workers.
 * @returns rows in the order in which their trainings were begun (their trial numbers); fewer than `trials` where no
 *   candidate was left
 */
export function replaySearch(options: ReplaySearchOptions): number[] {
  const { searcher, seen, trials, workers, duration, opening } = options;
  const random = new SeededRandom(`search ${options.seed}`);
  const clock = new SeededRandom(`durations ${options.seed}`);
  const features = new SeededRandom(`features ${options.seed}`);
  const state = {
    status: Uint8Array.from(options.closed ?? new Uint8Array(seen.length), (closed) => (closed ? CLOSED : WAITING)),
    value: new Float64Array(seen.length).fill(Number.NaN),
    done: [] as number[],
  };
  const first = random.shuffle(options.baselines);
  const chosen: number[] = [];
  const running: { row: number; ends: number }[] = [];
  let now = 0;

  while (chosen.length < trials) {
    if (running.length < workers) {
      const row = first.pop() ?? (state.status.includes(WAITING) ? searcher.next(state, random) : undefined);
      if (row !== undefined) {
        if (state.status[row] !== WAITING && !options.baselines.includes(row)) {
          throw new Error(`the searcher chose row ${row}, which does not wait`);
        }
        state.status[row] = RUNNING;
        chosen.push(row);
        running.push({ row, ends: now + duration[row]! * Math.exp(TIME_NOISE * clock.normal()) });
        continue;
      }
      if (running.length === 0) break;
    }
    const next = running.reduce((a, b) => (b.ends < a.ends ? b : a));
    running.splice(running.indexOf(next), 1);
    now = next.ends;
    state.status[next.row] = DONE;
    state.value[next.row] = seen[next.row]!;
    state.done.push(next.row);
    if (opening) {
      opening.learn(next.row, seen[next.row]!);
      const closed = opening.possible.filter((row) => state.status[row] === CLOSED);
      for (const row of opening.choose(closed, opening.perTrial, features)) state.status[row] = WAITING;
    }
  }
  return chosen;
}
