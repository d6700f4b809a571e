import { z } from 'zod';
import type { FunctionResults } from '../act-bench/function-results.js';
import { checked, shown } from '../checks/checked.js';
import { resultSchema, seed } from '../checks/result.js';
import { ACQUISITIONS, PLACES, REGRESSORS } from '../domain/surrogate/choices.js';
import type { OwnRegressor } from '../domain/surrogate/regressors/regressor.js';
import { METRICS } from '../domain/trial.js';
import type { TaskFolders } from '../nn/tasks/task-registry.js';
import type { OpenOptions } from '../open-study.js';
import type { FisherOptions } from '../producers/fisher/fisher.js';
import type { FisherChoices } from '../producers/fisher/fisher-settings.js';
import type { ImportOptions } from '../producers/import-results.js';
import type { PopulateOptions } from '../producers/spaces/populate.js';
import type { TrainOptions } from '../producers/training/retraining.js';
import type { SearchOptions } from '../producers/training/search.js';
import { fisherSettings } from '../store/document-schemas.js';
import type { ExportOptions } from '../store/reports/export-table.js';
import { KEPT_OF_TASK } from '../store/task-of-study.js';
import { STAGES } from './stages.js';
import type { WaitOptions, WatchOptions } from './watch.js';

/**
 * What callers may give the verbs of a study. It is checked here, where it enters: behind this every name is a text and
 * every number one that makes sense, whatever a program in JavaScript or a request has sent.
 */

const expecting = <T>(accepts: (value: unknown) => boolean, expected: string) =>
  z.custom<T>(accepts, { error: ({ input }) => `${shown(input)}; expected ${expected}` });
const whole = (most: number) =>
  expecting<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most,
    most === Number.MAX_SAFE_INTEGER ? 'a whole number from 1 on' : `a whole number from 1 to ${most}`,
  );
const wholeFromZero = expecting<number>(
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  'a whole number from 0 on',
);
const number = (accepts: (value: number) => boolean, expected: string) =>
  expecting<number>((value) => typeof value === 'number' && accepts(value), expected);
const text = (what: string, most = 4096) =>
  expecting<string>(
    (value) => typeof value === 'string' && value.length <= most && !value.includes('\0'),
    `${what}: a text of at most ${most} characters`,
  );
const choice = (names: readonly string[]) =>
  expecting<string>((value) => names.includes(value as string), names.join(' or '));
const list = (of: z.ZodType, what: string) =>
  z.array(of, { error: ({ input }) => `${shown(input)}; expected a list of ${what}` });
/** Keys that are not known are slips: what they would have said would be left out without a word. */
const object = <T extends z.core.$ZodLooseShape>(shape: T, what = 'options') =>
  z.strictObject(shape, {
    error: ({ code, input }) =>
      code === 'invalid_type' ? `${shown(input)}; expected an object of ${what}` : undefined,
  });

const count = whole(Number.MAX_SAFE_INTEGER);
const flag = expecting<boolean>((value) => typeof value === 'boolean', 'true or false');
// What is no expression says so itself, with the place.
const functionName = expecting<string>((value) => typeof value === 'string', 'a function, such as "relu(x)"');
const functions = list(functionName, 'functions');
const operators = text('the name of a set of operators', 256);
const folder = text('the name of a folder or file');
const regressor = expecting<OwnRegressor>(
  (value) =>
    typeof (value as OwnRegressor | null)?.fit === 'function' && typeof (value as OwnRegressor).predict === 'function',
  'an object with fit and predict',
);
const hash = expecting<string>(
  (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value),
  'a canonical hash of 32 hex digits',
);
const token = text('the token of a claim', 256);

const signal = expecting<AbortSignal>((value) => value instanceof AbortSignal, 'an AbortSignal').optional();
const waiting = { wait: flag.optional(), signal } satisfies Shape<WaitOptions>;
const stage = choice(Object.keys(STAGES));

const createOptions = object({
  task: text('the name of a task'),
  space: list(text('a schema, function or preset'), 'schemas, functions and presets'),
  operators: operators.optional(),
  metric: choice(METRICS).optional(),
  direction: choice(['max', 'min']).optional(),
  seed: seed.optional(),
  regressor: choice(REGRESSORS).optional(),
  acquisition: choice(ACQUISITIONS).optional(),
  places: choice(PLACES).optional(),
  fisher: object({
    batchSize: count.optional(),
    bins: count.optional(),
    floor: number((value) => value >= 0 && value < 1, 'a number from 0 on, below 1').optional(),
  } satisfies Shape<FisherChoices>).optional(),
  check: flag.optional(),
} satisfies Shape<NonNullable<OpenOptions['create']>>);

const openOptions = object({
  redisUrl: text('redis://host:port').optional(),
  mongodbUri: text('mongodb://host:port/database').optional(),
  allowEviction: flag.optional(),
  create: createOptions.optional(),
  tasksDir: folder.optional(),
} satisfies Shape<OpenOptions>);

const ARGUMENTS = {
  fn: functionName,
  top: count,
  /** Longer than a year nothing is trained. */
  leaseMs: whole(366 * 24 * 3_600_000),
  keep: choice(KEPT_OF_TASK).optional(),
  reason: text('why it failed', 2000),
  result: resultSchema,
  claim: z
    .looseObject(
      {
        hash: hash.optional(),
        fn: functionName.optional(),
        token: token.optional(),
        lease: z.object({ token }).optional(),
      },
      { error: ({ input }) => `${shown(input)}; expected a claim, or { fn, token }` },
    )
    .refine((claim) => claim.hash !== undefined || claim.fn !== undefined, 'name the function: its fn or hash')
    .refine((claim) => claim.token !== undefined || claim.lease !== undefined, 'give the token of the claim'),
  reportOptions: object({ token: token.optional(), replace: flag.optional() }),
  suggestOptions: object({ regressor: regressor.optional() }),
  watchOptions: object({
    stages: z
      .union([stage, z.array(stage)], {
        error: ({ input }) => `${shown(input)}; expected ${Object.keys(STAGES).join(' or ')}, or a list of them`,
      })
      .optional(),
    signal,
  } satisfies Shape<WatchOptions>),
  populateOptions: object({
    ...waiting,
    schemas: list(text('a schema'), 'schemas').optional(),
    functions: functions.optional(),
    space: list(text('a schema, function or preset'), 'schemas, functions and presets').optional(),
    sample: object({ count, seed: seed.optional() }, 'count and seed').optional(),
    operators: operators.optional(),
    modules: object({ projectDir: folder, tasksDir: folder.optional() } satisfies Shape<TaskFolders>).optional(),
  } satisfies Shape<PopulateOptions>),
  fisherOptions: object({
    ...waiting,
    /** None: the baselines alone. */
    limit: wholeFromZero.optional(),
    next: count.optional(),
    functions: functions.optional(),
    fromScratch: flag.optional(),
  } satisfies Shape<FisherOptions>),
  trainOptions: object({
    ...waiting,
    functions: functions.optional(),
    seeds: whole(100_000).optional(),
  } satisfies Shape<TrainOptions>),
  retrainOptions: object({ ...waiting, top: count, count: whole(100_000) }),
  searchOptions: object({
    ...waiting,
    trials: whole(1_000_000),
    parallel: expecting(
      (value) => value === 'auto' || (Number.isSafeInteger(value) && (value as number) >= 1),
      "a whole number from 1 on, or 'auto'",
    ).optional(),
    // A century or so: the end must be a date that JavaScript and the database know.
    hours: number((value) => value > 0 && value <= 1_000_000, 'more than 0, at most 1000000').optional(),
    patience: count.optional(),
  } satisfies Shape<SearchOptions>),
  importedFunctions: list(
    object(
      {
        fn: functionName,
        equivalents: list(functionName, 'functions'),
        results: list(resultSchema.omit({ seed: true }), 'results'),
        fisherCdf: expecting<ArrayLike<number> | null>(
          (value) => value === null || Array.isArray(value) || value instanceof Float32Array,
          'a list of numbers, or null',
        ),
        fisherSettings: fisherSettings.optional(),
      } satisfies Shape<FunctionResults>,
      'results of one function, as readResults gives them',
    ),
    'functions with results, as readResults gives it',
  ),
  importOptions: object({
    features: choice(['original', 'study', 'none']).optional(),
  } satisfies Shape<ImportOptions>),
  exportOptions: object({ minRuns: count.optional() } satisfies Shape<ExportOptions>),
  openOptions,
} as const satisfies Record<string, z.ZodType>;

type Shape<T> = Record<keyof T, z.ZodType>;

/**
 * An argument of a verb, checked.
 * @param where the verb, or verb and argument: `claim: leaseMs`
 * @throws AquasurfError USAGE
 */
export const argument = <T>(kind: keyof typeof ARGUMENTS, value: T, where: string): T =>
  checked(ARGUMENTS[kind], value, where);
