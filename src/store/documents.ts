import type { Binary } from 'mongodb';
import type { SurrogateSettings } from '../domain/surrogate/settings.js';
import type { Direction, Metric, TrialResult, TrialStatus } from '../domain/trial.js';
import type { TaskOfStudy } from './task-of-study.js';

/**
 * What the collections hold (docs/design.md section 8). Every `_id` is derived from the content, so that a write that comes
 * twice changes nothing; arrays stay small; vectors are little-endian binaries.
 */

/** `spaces`: an ordered list of functions: the instances of a schema, or names given one by one. Shared by studies. */
export interface SpaceDoc {
  /** `schema-`, `sample-` or `list-<12 hex>`: digest of operators and schema (with the sample), or of the names. */
  _id: string;
  /** Name@version of the operator set, e.g. `standard@1`. */
  operators: string;
  /** Source hash of operators of one's own; absent for a built-in set. */
  operatorSource?: string;
  /** The schema's text; absent for a list. */
  schema?: string;
  /** Ranges count its instances in the order that shares most work (sharingOrder); absent: by index. */
  order?: 'sharing';
  /** Not all instances of the schema, but `size` of them that the seed chooses (IndexSample). */
  sample?: { seed: number };
  /** The names of a list, at most 1,000. */
  names?: string[];
  /** Number of functions, decimal digits: may exceed 2⁵³. */
  size: string;
  /** Raised when its expansion is asked for again. */
  generation: number;
  /** `known` until somebody populates it, `wanted` until every range is in `ranges`, then `expanded`. */
  state: 'known' | 'wanted' | 'expanded';
}

/** `ranges`: part [from, to) of a space whose functions one job computes and stores. */
export interface RangeDoc {
  /** `<space>-<from>-<to>` */
  _id: string;
  space: string;
  /** Whole numbers below 2⁵³; spaces that are larger are not expanded, only sampled. */
  from: number;
  to: number;
  done: boolean;
  generation: number;
}

/** `functions`: one document for each canonical hash. */
export interface FunctionDoc {
  /** Canonical hash, 32 hex digits. */
  _id: string;
  /** Zero-padded operator count and length, then the name; the smallest alias wins by `$min`. The name is read from it. */
  rank: string;
  /** All outputs finite and not all equal: only such functions are ever suggested. */
  usable: boolean;
  /**
   * float32 little-endian outputs on the 1,000 samples: only where a name uses operators of one's own, whose module this
   * program may lack. Others are computed again from the name, in 0.1 ms (docs/search-space.md).
   */
  outputs?: Binary;
}

/** `aliases`: one document for each name. */
export interface AliasDoc {
  /** As `formatExpression` prints it; `set@version/name` where it uses operators of one's own. */
  _id: string;
  hash: string;
  /** Spaces that contain the name. */
  spaces: string[];
  /** There where it stands in several spaces, so that names can be counted without an index over `spaces`. */
  shared?: true;
}

/** `members`: functions of a space whose hashes begin with one digit, as one range brought them. Never changed. */
export interface MembersDoc {
  /** Digest of the rest. */
  _id: string;
  space: string;
  /** The first hex digit of the hashes. */
  digit: string;
  /** Names that these functions have in the range. */
  names: number;
  /** Hashes of usable functions, 16 bytes each, ascending. */
  usable: Binary;
  /** Those of the others. */
  unusable: Binary;
}

export type SearchState = 'none' | 'running' | 'paused' | 'stopped' | 'finished';

export interface StudySearch {
  state: SearchState;
  /** Trials wanted; slots are numbered 1 to this. */
  trials: number;
  /** Trials running at once at most; null: as many as there are consumers. */
  parallel: number | null;
  /** No trial is started after this. */
  deadline: Date | null;
  /** Stop after so many finished trials without an improvement. */
  patience: number | null;
  /** Trials that were done when the search began: patience counts from there. */
  doneBefore: number;
  /** Why a search is `finished`. */
  reason: string | null;
  /** Raised when slots must be enqueued again under new job ids. */
  generation: number;
}

/** What Fisher features depend on besides the function; features of different settings are never mixed. */
export interface FisherSettings {
  seed: number;
  batchSize: number;
  /** Eigenvalues at or below this share of their factor's largest count as zero. */
  floor: number;
  /** Bins of a layer at most; one for each hundred weights where absent. */
  bins?: number;
  /** Values of each layer in features that were computed elsewhere and uploaded. */
  uploaded?: number[];
  /** With the quirks of the original program (docs/design.md section 5): features that were imported from it. */
  compat?: 'aquasurf';
}

/** `studies`: as `Studies` gives them to the rest of the program, with every setting. */
export interface StudyDoc {
  /** The study's name: letters, digits, `-`, `_`, `.`; at most 64. */
  _id: string;
  task: TaskOfStudy;
  operators: string;
  /** Source hash of operators of one's own; absent for a built-in set. */
  operatorSource?: string;
  /** Ids of its spaces. */
  spaces: string[];
  /** Canonical hashes of the functions that are tried first. */
  baselines: string[];
  metric: Metric;
  direction: Direction;
  seed: number;
  fisher: FisherSettings;
  /** How functions are chosen. */
  surrogate: SurrogateSettings;
  search: StudySearch;
  /** Raised when the embedding must be enqueued again under a new job id. */
  embeddingGeneration: number;
  createdAt: Date;
}

/** As they are stored: studies of older versions lack the surrogate, or its places, and choose as the paper does. */
export interface StoredStudyDoc extends Omit<StudyDoc, 'surrogate'> {
  surrogate?: Omit<SurrogateSettings, 'places'> & Partial<Pick<SurrogateSettings, 'places'>>;
}

/** Permission to train a trial, held by one worker until it expires by the database's clock. */
export interface Lease {
  owner: string;
  /** From nanoid; a report without the present token is refused. */
  token: string;
  expiresAt: Date;
  /** When the training last moved, by the heartbeat after that, and what it was at, e.g. `training, 43 %`. */
  progressAt?: Date;
  progress?: string;
}

export type FisherState = 'absent' | 'owed' | 'defined' | 'undefined' | 'failed';

export interface TrialFisherDoc {
  state: FisherState;
  /** Base id of the job that owes or made the features, and its generation. */
  job?: string;
  generation?: number;
  settings?: FisherSettings;
  /** CDF values as uint16 little-endian, k/65,535. */
  features?: Binary;
  /** Consumers that died at them, once it was known that some do. */
  expiries?: number;
  /** Why they are `undefined` or `failed`. */
  reason?: string;
  seconds?: number;
}

/** The numbers of a `TrialResult` as they are stored: what is not finite is null. */
export type StoredResult = { [K in keyof TrialResult]: number | null };

/** Mean over the runs of a trial; where some runs have no number (a diverged loss), over those that have one. */
export interface AggregateResult extends StoredResult {
  runs: number;
  /** Standard error of `valAcc`; null with fewer than two runs. */
  stderr: number | null;
  /** Standard error of `valLoss`; absent in results of older versions. */
  lossStderr?: number | null;
  /** Runs and corrections of runs that it counts, where any was corrected: of two means the one with more is newer. */
  revision?: number;
}

/** `trials`: one function in one study. */
export interface TrialDoc {
  /** `<study>:<hash>` */
  _id: string;
  study: string;
  hash: string;
  /** The expression that is really used, fixed when its first job starts. */
  fn: string | null;
  status: TrialStatus;
  /** Its place in the search, from 1: unique among the study's running and done trials. */
  number: number | null;
  lease: Lease | null;
  attempts: number;
  /** Consumers that died at it (MAX_EXPIRIES in domain/trial.ts); absent: none. */
  expiries?: number;
  error: string | null;
  fisher: TrialFisherDoc;
  result: AggregateResult | null;
  /** Token of the lease whose report made it `done`, so that the same report may come twice; null: from outside. */
  doneBy: string | null;
  timings: { claimedAt?: Date; finishedAt?: Date };
}

/** What a run said before it was corrected. */
export interface ReplacedRun extends Pick<RunDoc, 'result' | 'history' | 'worker' | 'finishedAt'> {
  replacedAt: Date;
}

/** `runs`: one training of a trial with one seed. Once written it only changes by a correction, which keeps what was there. */
export interface RunDoc {
  /** `<study>:<hash>:<seed>` */
  _id: string;
  study: string;
  hash: string;
  seed: number;
  result: StoredResult;
  /** One entry an epoch. */
  history: Array<Record<string, number | null>>;
  worker: string;
  finishedAt: Date;
  /** What corrections replaced, the oldest first. */
  replaced?: ReplacedRun[];
}

/** `retrainings`: a training with a further seed that is wanted; gone when its run is stored. */
export interface RetrainingDoc {
  /** `<study>:<hash>:<seed>`, as the run will have. */
  _id: string;
  study: string;
  hash: string;
  seed: number;
  /** `failed`: the function failed in its last attempt; wanting it again gives it all attempts. */
  state: 'owed' | 'failed';
  attempts: number;
  /** Beginnings that had no end: their consumers died, or are at it. */
  expiries?: number;
  error: string | null;
  /** Raised when its job must be enqueued again under a new id. */
  generation: number;
}

/** `components`: principal components of the functions of one study, in chunks. */
export interface ComponentsDoc {
  /** `<study>:<version>:<chunk>` */
  _id: string;
  study: string;
  version: number;
  /** Digest of hashes and coordinates. */
  fit: string;
  /** Chunk 0 is written last: with it they are complete. */
  chunk: number;
  chunks: number;
  dimensions: number;
  hashes: string[];
  /** float32 little-endian, row by row. */
  coordinates: Binary;
}

/** `embeddings`: the plane of one study, in chunks of at most 100,000 points. */
export interface EmbeddingDoc {
  /** `<study>:<version>:<fit>:<chunk>` */
  _id: string;
  study: string;
  /** Digest of hashes and points: two fits of one version never mix their chunks. */
  fit: string;
  /** Number of defined Fisher features that it was fitted on: newer embeddings have more. */
  version: number;
  /** Chunk 0 is written last: a fit that has it is complete. */
  chunk: number;
  chunks: number;
  hashes: string[];
  /** The fit to which functions were added, and how many it held; absent from a fit. */
  base?: { fit: string; functions: number };
  /** float32 little-endian, x and y in turn. */
  points: Binary;
  createdAt: Date;
}
