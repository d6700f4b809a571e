/**
 * A trial is one function in one study. Its states and the ways between them while a search runs:
 *
 * ```
 * waiting ──claim──▶ running ──report──▶ done
 *    ▲                 │  └──error──▶ failed (after the last attempt)
 *    └─lease expired,──┘
 *      released, error before the last attempt
 * ```
 *
 * Besides, what people do: a result from outside makes a waiting or failed trial `done`, a new search makes failed ones
 * wait again, and `clean` all of them. Each transition is one atomic update in the store.
 */
export const TRIAL_STATUSES = ['waiting', 'running', 'done', 'failed'] as const;
export type TrialStatus = (typeof TRIAL_STATUSES)[number];

/** How a running trial ends without a result: handed back, lease expired, or the function failed. */
export type GivenUp = 'release' | 'expire' | 'error';

/**
 * Attempts that a trial gets before an error makes it `failed`. A lease that expires or is handed back is no fault of
 * the function and gives its attempt back: consumers may be killed any number of times.
 */
export const MAX_ATTEMPTS = 3;

/** The state of a running trial that ends without a result. @param attempts claims so far, the present one included */
export function statusAfter(ending: GivenUp, attempts: number): 'waiting' | 'failed' {
  return ending === 'error' && attempts >= MAX_ATTEMPTS ? 'failed' : 'waiting';
}

/** What a training gives. Accuracies are fractions; a diverged run has NaN losses and whatever accuracy it has. */
export interface TrialResult {
  valAcc: number;
  valLoss: number | null;
  testAcc: number | null;
  testLoss: number | null;
  trainAcc: number | null;
  trainLoss: number | null;
  /** Seconds of training and evaluation. */
  runtime: number | null;
}

export const METRICS = ['valAcc', 'valLoss'] as const;
export type Metric = (typeof METRICS)[number];
/** In the middle of a sentence. */
export const METRIC_NAMES: Record<Metric, string> = { valAcc: 'validation accuracy', valLoss: 'validation loss' };
export type Direction = 'max' | 'min';
