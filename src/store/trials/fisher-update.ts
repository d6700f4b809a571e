import type { Filter, UpdateFilter } from 'mongodb';
import type { FisherSettings, TrialDoc } from '../documents.js';
import { packVector } from '../mongo/vectors.js';

export type FisherOutcome =
  | { state: 'defined'; features: Uint16Array; settings: FisherSettings; seconds: number }
  | { state: 'undefined' | 'failed'; reason: string; seconds?: number };

/** The update by which an outcome gets into its trial. */
export function recorded(outcome: FisherOutcome): UpdateFilter<TrialDoc> {
  const seconds = outcome.seconds === undefined ? {} : { 'fisher.seconds': outcome.seconds };
  const { state } = outcome;
  if (state !== 'defined') {
    return {
      $set: { 'fisher.state': state, 'fisher.reason': outcome.reason, ...seconds },
      $unset: { 'fisher.expiries': true },
    };
  }
  return {
    $set: { 'fisher.state': state, 'fisher.features': packVector(outcome.features), ...seconds },
    $unset: { 'fisher.reason': true, 'fisher.expiries': true },
  };
}

/** The filter of features that were made with these settings; those of imports may not say with which. */
export function madeWith({ seed, batchSize, floor, bins, compat, uploaded }: FisherSettings): Filter<TrialDoc> {
  return {
    'fisher.settings.seed': { $in: [seed, null] },
    'fisher.settings.batchSize': { $in: [batchSize, null] },
    'fisher.settings.floor': { $in: [floor, null] },
    'fisher.settings.bins': bins ?? null,
    'fisher.settings.uploaded': uploaded ?? null,
    'fisher.settings.compat': compat ?? null,
  } as Filter<TrialDoc>;
}
