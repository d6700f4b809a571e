import { AquasurfError } from '../../errors.js';
import type { TaskDefinition } from '../../nn/task.js';
import type { FisherSettings } from '../../store/documents.js';

/** Settings of Fisher features that a study may choose; features of different settings are never mixed. */
export interface FisherChoices {
  /** Training examples in the batch. @defaultValue what the task says, else 100 */
  batchSize?: number;
  /** Bins of a layer at most, 2 or more: shorter features. @defaultValue one for each hundred weights */
  bins?: number;
  /** Eigenvalues at or below this share of their factor's largest count as zero. @defaultValue 1e-6 */
  floor?: number;
}

/** Of the initial weights and of the choice of examples; the same for all studies. */
const SEED = 42;

/** @throws AquasurfError USAGE */
export function fisherSettings(task: TaskDefinition, choices: FisherChoices = {}): FisherSettings {
  const { batchSize = task.fisher?.batchSize ?? 100, floor = 1e-6, bins } = choices;
  const refuse = (what: string, mend: string): never => {
    throw new AquasurfError('USAGE', `there are no Fisher features with ${what}: give ${mend}`);
  };
  if (!Number.isInteger(batchSize) || batchSize < 1) refuse(`a batch of ${batchSize}`, 'a whole number from 1 on');
  if (!(floor >= 0 && floor < 1)) refuse(`the floor ${floor}`, 'a number from 0 on, below 1');
  if (bins !== undefined && (!Number.isInteger(bins) || bins < 2)) refuse(`${bins} bins`, 'a whole number from 2 on');
  return { seed: SEED, batchSize, floor, ...(bins === undefined ? {} : { bins }) };
}
