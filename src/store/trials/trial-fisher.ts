import { type Collection, type Db, MongoBulkWriteError } from 'mongodb';
import { mean } from '../../domain/averages.js';
import { MAX_EXPIRIES } from '../../domain/trial.js';
import type { Damage } from '../damage.js';
import { featuresSchema, owingSchema } from '../document-schemas.js';
import type { FisherSettings, FisherState, StudyDoc, TrialDoc, TrialFisherDoc } from '../documents.js';
import { countBy } from '../mongo/count-by.js';
import { insertMissing } from '../mongo/insert-missing.js';
import { retryConflicts } from '../mongo/retry.js';
import { packVector, unpackUint16 } from '../mongo/vectors.js';
import { type FisherOutcome, madeWith, recorded } from './fisher-update.js';
import { NO_REASON, newTrial, trialId, WITHOUT_FEATURES } from './trial-document.js';

/** A job's worth of trials that owe features. */
interface FisherBatch {
  batch: string;
  generation: number;
  hashes: string[];
}

const READ_BATCH = 500;

/**
 * Fisher features of trials: which job owes them, and what it found.
 *
 * ```
 * absent ──owe──▶ owed ──record──▶ defined | undefined
 *                  ▲ └──record──▶ failed ──owe, or its job run again──▶
 *                  └── owe from scratch, from any state
 * ```
 */
export class TrialFisher {
  private readonly trials: Collection<TrialDoc>;

  private readonly studies: Collection<StudyDoc>;

  constructor(
    database: Db,
    private readonly damage: Damage,
  ) {
    this.trials = database.collection('trials');
    this.studies = database.collection('studies');
  }

  /**
   * Makes trials of the functions where there are none, and the batch the one that owes their features, where no other
   * owes or has them (from scratch: in any case).
   * @returns the hashes that this call made owed
   */
  async owe(
    study: string,
    entries: ReadonlyArray<{ hash: string }>,
    options: { batch: string; generation: number; settings: FisherSettings; fromScratch?: boolean },
  ): Promise<string[]> {
    const { batch, generation, settings, fromScratch = false } = options;
    const fisher: TrialFisherDoc = { state: 'owed', job: batch, generation, settings };
    const hashes = [...new Set(entries.map(({ hash }) => hash))];
    const known = await insertMissing(
      this.trials,
      hashes.map((hash) => newTrial(study, hash, fisher)),
    );
    const isKnown = new Set(known.map(({ hash }) => hash));
    if (isKnown.size === 0) return hashes;

    const owedBefore = new Set(await this.owedBy(batch, study, [...isKnown]));
    const notOwed = [...isKnown].filter((hash) => !owedBefore.has(hash)).map((hash) => trialId(study, hash));
    const lacking = { 'fisher.state': { $in: ['absent', 'failed'] as FisherState[] } };
    const claimable = fromScratch ? {} : { $or: [lacking, { $nor: [madeWith(settings)] }] };
    await retryConflicts(() => this.trials.updateMany({ _id: { $in: notOwed }, ...claimable }, { $set: { fisher } }));
    const owedNow = new Set(await this.owedBy(batch, study, [...isKnown]));
    return hashes.filter((hash) => !isKnown.has(hash) || (owedNow.has(hash) && !owedBefore.has(hash)));
  }

  /** The trials that still owe features: of the study, of one batch, or of some hashes. */
  async owed(study: string, only: { batch?: string; hashes?: readonly string[] } = {}): Promise<TrialDoc[]> {
    const found = await this.trials
      .find(
        {
          study,
          'fisher.state': 'owed',
          ...(only.batch === undefined ? {} : { 'fisher.job': only.batch }),
          ...(only.hashes === undefined ? {} : { _id: { $in: only.hashes.map((hash) => trialId(study, hash)) } }),
        },
        { projection: WITHOUT_FEATURES },
      )
      .toArray();
    return this.damage.sound('trials', owingSchema, found);
  }

  /** What the queue should hold: each batch with the hashes that it still owes, by batch. */
  async owedBatches(study: string): Promise<FisherBatch[]> {
    const batches = new Map<string, FisherBatch>();
    for (const { hash, fisher } of await this.owed(study)) {
      const batch = fisher.job ?? '';
      const generation = fisher.generation ?? 0;
      const known = batches.get(batch) ?? { batch, generation, hashes: [] };
      known.generation = Math.max(known.generation, generation);
      known.hashes.push(hash);
      batches.set(batch, known);
    }
    for (const { hashes } of batches.values()) hashes.sort();
    return [...batches.values()].sort((a, b) => (a.batch < b.batch ? -1 : 1));
  }

  /**
   * Raises the generation of what a batch still owes, where it is not above `seen` already.
   * @returns the present generation; undefined where the batch owes nothing
   */
  async raiseGeneration(study: string, batch: string, seen: number): Promise<number | undefined> {
    const owed = { study, 'fisher.state': 'owed' as const, 'fisher.job': batch };
    await retryConflicts(() =>
      this.trials.updateMany(
        { ...owed, 'fisher.generation': { $lte: seen } },
        { $set: { 'fisher.generation': seen + 1 } },
      ),
    );
    const trial = await this.trials.findOne(owed, { projection: { 'fisher.generation': 1 } });
    return trial?.fisher.generation;
  }

  /**
   * Stores what a job found, if its batch is still the one that owes it; a `failed` one may come right when its job is
   * run again. Features of other settings than those owed are refused: they are never mixed.
   * @returns false where nothing was stored: it is there already, or another batch owes it now
   */
  async record(study: string, hash: string, by: { batch: string }, outcome: FisherOutcome): Promise<boolean> {
    return (await this.recordAll(study, by, [{ hash, outcome }])) === 1;
  }

  /**
   * The same for several functions in one write, each for itself.
   * @returns how many were stored
   */
  async recordAll(
    study: string,
    by: { batch: string },
    found: ReadonlyArray<{ hash: string; outcome: FisherOutcome }>,
  ): Promise<number> {
    if (found.length === 0) return 0;
    const writes = found.map(({ hash, outcome }) => ({
      updateOne: {
        filter: {
          _id: trialId(study, hash),
          'fisher.job': by.batch,
          'fisher.state': { $in: ['owed', 'failed'] as FisherState[] },
          ...(outcome.state === 'defined' ? madeWith(outcome.settings) : {}),
        },
        update: recorded(outcome),
      },
    }));
    // What one attempt has stored, the next no longer finds.
    let stored = 0;
    await retryConflicts(async () => {
      try {
        stored += (await this.trials.bulkWrite(writes, { ordered: false })).matchedCount;
      } catch (error) {
        if (error instanceof MongoBulkWriteError) stored += error.matchedCount;
        throw error;
      }
    });
    return stored;
  }

  /**
   * A consumer begins to compute features at whose batch another died. What has begun and never ended is counted.
   * @returns false where too many died at this function
   */
  async begin(study: string, hash: string, by: { batch: string }): Promise<boolean> {
    const before = await retryConflicts(() =>
      this.trials.findOneAndUpdate(
        { _id: trialId(study, hash), 'fisher.job': by.batch, 'fisher.state': 'owed' },
        { $inc: { 'fisher.expiries': 1 } },
        { returnDocument: 'before', projection: { 'fisher.expiries': 1 } },
      ),
    );
    return (before?.fisher.expiries ?? 0) < MAX_EXPIRIES;
  }

  /** It ended without features, but nobody died. */
  async end(study: string, hash: string): Promise<void> {
    const begun = { _id: trialId(study, hash), 'fisher.expiries': { $gt: 0 } };
    await retryConflicts(() => this.trials.updateOne(begun, { $inc: { 'fisher.expiries': -1 } }));
  }

  /** Stores features that no job owes, in the place of those that are there. */
  async put(study: string, hash: string, features: Uint16Array, settings: FisherSettings): Promise<void> {
    const fisher: TrialFisherDoc = { state: 'defined', settings, features: packVector(features) };
    const present = await insertMissing(this.trials, [newTrial(study, hash, fisher)]);
    if (present.length === 0) return;
    await retryConflicts(() => this.trials.updateOne({ _id: trialId(study, hash) }, { $set: { fisher } }));
  }

  /** Forgets the features of all trials, and that jobs owe them: what these still bring is refused. */
  async forget(study: string): Promise<void> {
    const forgotten: TrialFisherDoc = { state: 'absent' };
    await retryConflicts(() =>
      this.trials.updateMany({ study, 'fisher.state': { $ne: 'absent' } }, { $set: { fisher: forgotten } }),
    );
  }

  /** Seconds that one function took, the mean of a few; undefined where none is known. */
  async usualSeconds(study: string): Promise<number | undefined> {
    const found = await this.trials
      .find({ study, 'fisher.state': 'defined' }, { projection: { 'fisher.seconds': 1 } })
      .limit(20)
      .toArray();
    const seconds = found.flatMap(({ fisher }) => (fisher.seconds === undefined ? [] : [fisher.seconds]));
    return seconds.length === 0 ? undefined : mean(seconds);
  }

  async counts(study: string): Promise<Record<Exclude<FisherState, 'absent'>, number>> {
    const count = (state: FisherState) => this.trials.countDocuments({ study, 'fisher.state': state });
    const [owed, defined, undefined_, failed] = await Promise.all([
      count('owed'),
      count('defined'),
      count('undefined'),
      count('failed'),
    ]);
    return { owed, defined, undefined: undefined_, failed };
  }

  /** Why features failed in their last attempt, and how many by each reason. */
  failureReasons(study: string): Promise<Map<string, number>> {
    return countBy(this.trials, { study, 'fisher.state': 'failed' }, 'fisher.reason', NO_REASON);
  }

  /**
   * Hashes of the trials whose features of these settings are there, owed, or undefined; failed ones and those of other
   * settings may be asked for again.
   */
  async orderedHashes(study: string, settings: FisherSettings): Promise<string[]> {
    const found = await this.trials
      .find({ study, 'fisher.state': { $in: ['owed', 'defined', 'undefined'] }, ...madeWith(settings) })
      .project<{ hash: string }>({ _id: 0, hash: 1 })
      .toArray();
    return found.map(({ hash }) => hash);
  }

  /** Hashes of the trials with defined features, in the order of their digits. */
  async definedHashes(study: string): Promise<string[]> {
    const found = await this.trials
      .find({ study, 'fisher.state': 'defined' })
      .project<{ hash: string }>({ _id: 0, hash: 1 })
      .toArray();
    return found.map(({ hash }) => hash).sort();
  }

  /**
   * Settings and length of the features of one trial, which all share; null where there are none.
   * @param of only of features of these settings
   */
  async sample(
    study: string,
    of?: FisherSettings,
  ): Promise<{ settings: FisherSettings | undefined; length: number } | null> {
    const trial = await this.trials.findOne(
      { study, 'fisher.state': 'defined', ...(of ? madeWith(of) : {}) },
      { projection: { 'fisher.features': 1, 'fisher.settings': 1 } },
    );
    const features = trial?.fisher.features;
    return features ? { settings: trial.fisher.settings, length: unpackUint16(features).length } : null;
  }

  /**
   * CDF values as uint16 (k/65,535) by hash; hashes without defined features of the study's present settings are left
   * out.
   */
  async features(study: string, hashes: readonly string[]): Promise<Map<string, Uint16Array>> {
    const features = new Map<string, Uint16Array>();
    const { fisher: settings } = (await this.studies.findOne({ _id: study }, { projection: { fisher: 1 } })) ?? {};
    const matching = settings ? madeWith(settings) : {};
    for (let start = 0; start < hashes.length; start += READ_BATCH) {
      const ids = hashes.slice(start, start + READ_BATCH).map((hash) => trialId(study, hash));
      const found = this.trials
        .find({ _id: { $in: ids }, 'fisher.state': 'defined', ...matching })
        .project<Pick<TrialDoc, '_id' | 'hash' | 'fisher'>>({ hash: 1, 'fisher.features': 1 });
      for await (const trial of found) {
        if (!this.damage.isSound('trials', featuresSchema, trial)) continue;
        if (trial.fisher.features) features.set(trial.hash, unpackUint16(trial.fisher.features));
      }
    }
    return features;
  }

  private async owedBy(batch: string, study: string, hashes: readonly string[]): Promise<string[]> {
    return (await this.owed(study, { batch, hashes })).map(({ hash }) => hash);
  }
}
