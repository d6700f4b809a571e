import type { Collection, Db, UpdateFilter } from 'mongodb';
import { AquasurfError } from '../../errors.js';
import type { Damage } from '../damage.js';
import type { AggregateResult, RunDoc, StudyDoc, TrialDoc } from '../documents.js';
import { Members } from '../functions/members.js';
import { databaseNow } from '../mongo/database-clock.js';
import { isDuplicateKey, retryConflicts, retryUpsert } from '../mongo/retry.js';
import { aggregate, olderThan, type Runs, runId } from './runs.js';
import { newTrial, trialId } from './trial-document.js';
import { held } from './trial-leases.js';
import type { Trials } from './trials.js';
import { type RunReport, replaceRun, storeRun } from './write-run.js';

interface ReportOptions {
  /** Correct the run of this seed, which must be there. */
  replace?: boolean;
}

/**
 * Results: the transition report of the diagram in domain/trial.ts. The run is stored first and the trial becomes `done`
 * second: whoever crashes between leaves a run that the next training of the same seed finds, and no trial that is done
 * without one.
 */
export class TrialResults {
  private readonly trials: Collection<TrialDoc>;
  private readonly runs: Collection<RunDoc>;

  constructor(
    private readonly database: Db,
    private readonly queries: Trials,
    private readonly allRuns: Runs,
    private readonly damage: Damage,
  ) {
    this.trials = database.collection('trials');
    this.runs = database.collection('runs');
  }

  /**
   * running → done with the mean over the trial's runs. The same report may come twice; where a run of the seed is
   * stored already, that one counts.
   * @throws AquasurfError LEASE_LOST: the trial was given to another worker (or cleaned); nothing was stored
   */
  async report(
    study: string,
    hash: string,
    token: string,
    run: RunReport,
    options: ReportOptions = {},
  ): Promise<AggregateResult> {
    const before = await this.queries.get(study, hash);
    const repeated = before?.status === 'done' && before.doneBy === token;
    if (repeated && before.result && !options.replace) return before.result;
    if (repeated) return this.reportOutside(study, hash, before.fn ?? hash, run, options);
    if (before?.lease?.token !== token) throw leaseLost(study, hash, before);

    const stored = await this.write(study, hash, run, options);
    const result = await this.aggregateRuns(study, hash);
    const { matchedCount } = await retryConflicts(() =>
      this.trials.updateOne(held(trialId(study, hash), token), done(result, { doneBy: token })),
    );
    if (matchedCount === 1) return result;

    // Lost between the two writes, unless the same report came twice at once and the other one was first.
    const after = await this.queries.get(study, hash);
    if (after?.doneBy === token && after.result) return after.result;
    // Cleaned: the result is to be forgotten. Where another worker has the trial, the run may count already.
    const forgotten = !after || after.status === 'waiting';
    if (stored && forgotten) await this.runs.deleteOne({ _id: runId(study, hash, run.seed) });
    throw leaseLost(study, hash, after);
  }

  /**
   * A result from outside for a trial that nobody holds: → done with the lowest free number. For one that is done it adds
   * a run (of another seed) to the mean. Makes the trial where the function is in the study's spaces.
   * @throws AquasurfError FUNCTION_NOT_IN_STUDY, or LEASE_LOST where a worker holds the trial
   */
  async reportOutside(
    study: string,
    hash: string,
    fn: string,
    run: RunReport,
    options: ReportOptions = {},
  ): Promise<AggregateResult> {
    const _id = trialId(study, hash);
    if (!(await this.queries.get(study, hash))) await this.createTrial(study, hash, fn);
    if ((await this.queries.get(study, hash))?.status === 'running') throw heldByWorker(study, fn);
    await this.queries.fixExpression(study, hash, fn);

    const stored = await this.write(study, hash, run, options);
    for (;;) {
      const result = await this.aggregateRuns(study, hash);
      const trial = await this.queries.get(study, hash);
      if (trial?.status === 'done') {
        await retryConflicts(() =>
          this.trials.updateOne({ _id, status: 'done', ...olderThan(result) }, { $set: { result } }),
        );
        return result;
      }
      if (trial?.status !== 'waiting' && trial?.status !== 'failed') break;
      const { status } = trial;
      const matched = await retryUpsert(async () => {
        // Another trial may take the number first: then the write is refused and a new number is read.
        const update = done(result, { doneBy: null, number: await this.queries.lowestFreeNumber(study) });
        return (await this.trials.updateOne({ _id, status }, update)).matchedCount;
      });
      if (matched === 1) return result;
    }
    if (stored) await this.runs.deleteOne({ _id: runId(study, hash, run.seed) });
    throw heldByWorker(study, fn);
  }

  /** @returns true where it was not there yet */
  private async write(study: string, hash: string, run: RunReport, { replace }: ReportOptions): Promise<boolean> {
    if (!replace) return storeRun(this.runs, study, hash, run);
    await replaceRun(this.runs, study, hash, run, await databaseNow(this.database));
    return false;
  }

  private async aggregateRuns(study: string, hash: string): Promise<AggregateResult> {
    return aggregate(await this.allRuns.figures(study, hash));
  }

  private async createTrial(study: string, hash: string, fn: string): Promise<void> {
    const spaces = (await this.database.collection<StudyDoc>('studies').findOne({ _id: study }))?.spaces ?? [];
    if (!(await new Members(this.database, this.damage).contains(spaces, hash))) {
      throw new AquasurfError(
        'FUNCTION_NOT_IN_STUDY',
        `"${fn}" is in none of the spaces of study "${study}"; add it with \`aquasurf populate ${study} --fn "${fn}"\``,
      );
    }
    try {
      await this.trials.insertOne({ ...newTrial(study, hash, { state: 'absent' }), fn });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
}

function done(result: AggregateResult, fields: { doneBy: string | null; number?: number }): UpdateFilter<TrialDoc> {
  return {
    $set: { status: 'done', result, lease: null, error: null, ...fields },
    $currentDate: { 'timings.finishedAt': true },
  };
}

/** @param trial as it is now; null where it is gone */
function leaseLost(study: string, hash: string, trial: TrialDoc | null): AquasurfError {
  const free = trial === null || trial.status === 'waiting' || trial.status === 'failed';
  const mend = free
    ? 'nobody trains it now, so the same report without the token is stored'
    : trial.status === 'running'
      ? `${trial.lease?.owner ?? 'another worker'} trains it now`
      : 'it has a result now: report this one without the token, with a seed of its own';
  return new AquasurfError(
    'LEASE_LOST',
    `the lease on trial ${hash} of study "${study}" is lost: it ran out and the trial was given back, or it was cleaned; ` +
      `the result was not stored; ${mend}`,
  );
}

function heldByWorker(study: string, fn: string): AquasurfError {
  return new AquasurfError(
    'LEASE_LOST',
    `"${fn}" is being trained in study "${study}" by a worker that holds its lease; wait for its result, ` +
      'or report with the token of its lease',
  );
}
