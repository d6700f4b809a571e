import type { Collection, Db } from 'mongodb';
import { PAPER_SURROGATE } from '../domain/surrogate/settings.js';
import { AquasurfError } from '../errors.js';
import { checkedDocument, checkStudyName, studySchema } from './document-schemas.js';
import type {
  ComponentsDoc,
  EmbeddingDoc,
  FisherSettings,
  RetrainingDoc,
  RunDoc,
  SearchState,
  StoredStudyDoc,
  StudyDoc,
  StudySearch,
  TrialDoc,
} from './documents.js';
import { isDuplicateKey, retryConflicts } from './mongo/retry.js';
import type { StageFailureDoc } from './stage-failures.js';

/** `studies`: what is searched and how, and the state of the search. */
export class Studies {
  private readonly collection: Collection<StoredStudyDoc>;

  constructor(private readonly database: Db) {
    this.collection = database.collection('studies');
  }

  /** @throws AquasurfError STUDY_EXISTS, or USAGE for a name that no study can have */
  async create(study: StudyDoc): Promise<void> {
    checkStudyName(study._id);
    checkedDocument('studies', studySchema, study);
    try {
      await this.collection.insertOne(study);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      throw new AquasurfError(
        'STUDY_EXISTS',
        `study "${study._id}" exists already; take another name or delete it first`,
      );
    }
  }

  /** @throws AquasurfError STUDY_NOT_FOUND, whose message lists the studies that there are */
  async get(name: string): Promise<StudyDoc> {
    const study = await this.collection.findOne({ _id: name });
    if (!study) throw await this.notFound(name);
    return complete(study);
  }

  async exists(name: string): Promise<boolean> {
    return (await this.collection.findOne({ _id: name }, { projection: { _id: 1 } })) !== null;
  }

  /** All studies by name, and what is wrong with malformed ones. There are few: this reads the whole collection. */
  async list(): Promise<{ studies: StudyDoc[]; malformed: Array<{ name: string; error: AquasurfError }> }> {
    const studies: StudyDoc[] = [];
    const malformed: Array<{ name: string; error: AquasurfError }> = [];
    for await (const study of this.collection.find().sort({ _id: 1 })) {
      try {
        studies.push(complete(study));
      } catch (error) {
        if (!(error instanceof AquasurfError)) throw error;
        malformed.push({ name: String(study._id), error });
      }
    }
    return { studies, malformed };
  }

  /**
   * Deletes the study with its trials, runs and embeddings; functions and spaces stay, other studies share them.
   * The study itself goes last, so that a deletion cut short can be run again.
   */
  async delete(name: string): Promise<void> {
    if (!(await this.exists(name))) throw await this.notFound(name);
    await this.deleteDependants(name);
    await this.collection.deleteOne({ _id: name });
    // Jobs under way may have written in between; from now on they find no study.
    await this.deleteDependants(name);
  }

  private async deleteDependants(study: string): Promise<void> {
    await this.database.collection<TrialDoc>('trials').deleteMany({ study });
    await this.database.collection<RetrainingDoc>('retrainings').deleteMany({ study });
    await this.database.collection<RunDoc>('runs').deleteMany({ study });
    await this.database.collection<EmbeddingDoc>('embeddings').deleteMany({ study });
    await this.database.collection<ComponentsDoc>('components').deleteMany({ study });
    await this.database.collection<StageFailureDoc>('failures').deleteMany({ of: study });
  }

  /** Changes what the Fisher features of a study depend on: only while it has none. */
  async setFisher(name: string, fisher: FisherSettings): Promise<void> {
    const { matchedCount } = await retryConflicts(() => this.collection.updateOne({ _id: name }, { $set: { fisher } }));
    if (matchedCount === 0) throw await this.notFound(name);
  }

  /**
   * Makes the Fisher features of a study ones that are uploaded, with so many values in each layer.
   * @returns those lengths, or the ones that another upload has fixed before
   */
  async beginUploads(name: string, lengths: number[]): Promise<number[]> {
    const none = { _id: name, 'fisher.uploaded': { $exists: false } };
    await retryConflicts(() => this.collection.updateOne(none, { $set: { 'fisher.uploaded': lengths } }));
    // It was the plane of outputs alone for want of these.
    const outputsAlone = { _id: name, 'task.network': false as const, 'surrogate.places': 'outputs-plane' as const };
    await retryConflicts(() => this.collection.updateOne(outputsAlone, { $set: { 'surrogate.places': 'plane' } }));
    return (await this.get(name)).fisher.uploaded ?? lengths;
  }

  /**
   * Replaces the task of a study whose source is `from`.
   * @returns false where it is another by now
   */
  async setTask(name: string, from: string, task: StudyDoc['task']): Promise<boolean> {
    const { matchedCount } = await retryConflicts(() =>
      this.collection.updateOne({ _id: name, 'task.sourceHash': from }, { $set: { task } }),
    );
    return matchedCount === 1;
  }

  async addSpaces(name: string, spaces: readonly string[]): Promise<void> {
    const { matchedCount } = await retryConflicts(() =>
      this.collection.updateOne({ _id: name }, { $addToSet: { spaces: { $each: [...spaces] } } }),
    );
    if (matchedCount === 0) throw await this.notFound(name);
  }

  /**
   * Makes the search run, or changes the wishes of one that runs. One that did not run starts a new generation of slots,
   * because the job ids of the last one may be used up.
   */
  async startSearch(
    name: string,
    wishes: Pick<StudySearch, 'trials' | 'parallel' | 'deadline' | 'patience' | 'doneBefore'>,
  ): Promise<StudyDoc> {
    const { trials, parallel, deadline, patience, doneBefore } = wishes;
    const running = { $eq: ['$search.state', 'running'] };
    const started = await retryConflicts(() =>
      this.collection.findOneAndUpdate(
        { _id: name },
        [
          {
            $set: {
              'search.generation': { $cond: [running, '$search.generation', { $add: ['$search.generation', 1] }] },
              'search.doneBefore': { $cond: [running, '$search.doneBefore', doneBefore] },
              'search.state': 'running',
              'search.reason': null,
              'search.trials': trials,
              'search.parallel': parallel,
              'search.deadline': deadline,
              'search.patience': patience,
            },
          },
        ],
        { returnDocument: 'after' },
      ),
    );
    if (!started) throw await this.notFound(name);
    return complete(started);
  }

  /** @returns false where the search was in none of the states `from` (or there is no such study): nothing changed */
  async setSearchState(
    name: string,
    from: readonly SearchState[],
    to: SearchState,
    reason: string | null = null,
  ): Promise<boolean> {
    const { matchedCount } = await retryConflicts(() =>
      this.collection.updateOne(
        { _id: name, 'search.state': { $in: [...from] } },
        { $set: { 'search.state': to, 'search.reason': reason } },
      ),
    );
    return matchedCount === 1;
  }

  /**
   * Raises the generation of the slots only if it still is `seen`, so that of several reconcilers that miss the same
   * jobs one raises it and the others follow.
   * @returns the present generation
   */
  async raiseSearchGeneration(name: string, seen: number): Promise<number> {
    await retryConflicts(() =>
      this.collection.updateOne({ _id: name, 'search.generation': seen }, { $inc: { 'search.generation': 1 } }),
    );
    return (await this.get(name)).search.generation;
  }

  /** As `raiseSearchGeneration`, for the embedding's job. */
  async raiseEmbeddingGeneration(name: string, seen: number): Promise<number> {
    await retryConflicts(() =>
      this.collection.updateOne({ _id: name, embeddingGeneration: seen }, { $inc: { embeddingGeneration: 1 } }),
    );
    return (await this.get(name)).embeddingGeneration;
  }

  /** Names of all studies, malformed documents included. */
  async names(): Promise<string[]> {
    const found = await this.collection.find({}, { projection: { _id: 1 } }).toArray();
    return found.map(({ _id }) => _id).sort();
  }

  private async notFound(name: string): Promise<AquasurfError> {
    const names = await this.collection
      .find({}, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(11)
      .toArray();
    const known = names
      .slice(0, 10)
      .map(({ _id }) => _id)
      .join(', ');
    const mend = known
      ? `there ${names.length === 1 ? 'is' : 'are'} ${known}${names.length > 10 ? ', …' : ''}`
      : 'there are none yet: make one with `aquasurf study create`';
    return new AquasurfError('STUDY_NOT_FOUND', `no study "${name}"; ${mend}`);
  }
}

/** With the paper's choices where the document names none. @throws AquasurfError DOCUMENT_INVALID */
function complete(stored: StoredStudyDoc): StudyDoc {
  const { surrogate, ...rest } = checkedDocument('studies', studySchema, stored);
  return { ...rest, surrogate: { ...PAPER_SURROGATE, ...surrogate } };
}
