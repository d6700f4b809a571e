/**
 * A trial is one function in one study. Its states and the only ways between them:
 *
 * ```
 * waiting ──claim──▶ running ──report──▶ done
 *    ▲                 │  └──error──▶ failed (after the last attempt)
 *    └─lease expired,──┘
 *      released, error before the last attempt
 * ```
 *
 * The store's queries are named after these transitions (src/store/trial-leases.ts, trial-results.ts) and each is one atomic update.
 */
export const TRIAL_STATUSES = ['waiting', 'running', 'done', 'failed'] as const;
export type TrialStatus = (typeof TRIAL_STATUSES)[number];

export type Transition = 'claim' | 'report' | 'release' | 'expire' | 'error' | 'reset';

/**
 * Attempts that a trial gets before an error makes it `failed`. A lease that expires or is handed back is no fault of
 * the function and gives its attempt back: consumers may be killed any number of times.
 */
export const MAX_ATTEMPTS = 3;

/**
 * The state after a transition, or undefined where it is not allowed.
 * @param attempts claims so far, the present one included
 */
export function nextStatus(status: TrialStatus, transition: Transition, attempts: number): TrialStatus | undefined {
  if (transition === 'reset') return 'waiting';
  if (transition === 'claim') return status === 'waiting' ? 'running' : undefined;
  if (status !== 'running') return undefined;
  switch (transition) {
    case 'report':
      return 'done';
    case 'release':
    case 'expire':
      return 'waiting';
    case 'error':
      return attempts >= MAX_ATTEMPTS ? 'failed' : 'waiting';
  }
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
export type Direction = 'max' | 'min';
