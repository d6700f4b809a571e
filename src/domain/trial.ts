/**
 * A trial is one function in one study. Its states and the ways between them while a search runs:
 *
 * ```
 * waiting ──claim──▶ running ──report──▶ done
 *    ▲                 │  └──error──▶ failed (after the last attempt)
 *    │                 ├──lease expired──▶ failed (when as many consumers died at it as it may cost)
 *    └─────────────────┘
 *      lease expired, released, error before the last attempt
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
 * Attempts that a trial gets before an error makes it `failed`. A lease that expires or is handed back uses up none.
 */
export const MAX_ATTEMPTS = 3;

/**
 * Consumers that may die at one function. One that dies is no proof of anything: machines are taken away, and people kill.
 * But such deaths fall on many functions, a few on each, while one whose training ends its whole consumer (memory that runs
 * out, a signal to the parent) does so each time. So deaths are counted for each function, apart from its attempts: leases
 * that expired and of whose holders nobody has heard since. A holder that lives after all (the database was away, its
 * machine slept) takes its count back, claims of people do not count, and a new search or \`clean\` counts anew.
 */
export const MAX_EXPIRIES = 5;

/** Why a function is given up at which so many consumers died. */
export const deadlyReason = `${MAX_EXPIRIES} consumers died at it, one after another: it seems to end the whole process that computes it (memory that runs out does that too)`;

/**
 * The state of a running trial that ends without a result.
 * @param attempts claims so far, the present one included
 * @param expiries deaths of consumers so far, the present one included
 */
export function statusAfter(
  ending: GivenUp,
  { attempts, expiries = 0 }: { attempts: number; expiries?: number },
): 'waiting' | 'failed' {
  if (ending === 'expire') return expiries >= MAX_EXPIRIES ? 'failed' : 'waiting';
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
