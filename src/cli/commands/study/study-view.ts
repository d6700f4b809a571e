import type { PlacesName } from '../../../domain/surrogate/choices.js';
import { settingsText } from '../../../producers/imported-settings.js';
import type { StudyDoc } from '../../../store/documents.js';
import { type RunningTrial, runningTrials } from '../../../store/reports/running-trials.js';
import { type StudyFailure, studyFailures } from '../../../store/reports/study-failures.js';
import { type StudyProgress, studyProgress } from '../../../store/reports/study-progress.js';
import type { StageFailureDoc } from '../../../store/stage-failures.js';
import type { Store } from '../../../store/store.js';
import { duration, fields } from '../../output.js';

/** A study as `study create` and `study show` print it. */
interface StudyView extends Omit<StudyDoc, '_id' | 'spaces'> {
  name: string;
  spaces: Array<{ id: string; schema?: string; names?: string[]; operators: string; size: string; state: string }>;
  progress: StudyProgress;
  running: RunningTrial[];
  /** What keeps workers from some kind of job at present. */
  stageFailures: Array<Omit<StageFailureDoc, '_id'>>;
  /** The first of each kind. */
  failures: StudyFailure[];
  /** Documents that are malformed, and left out everywhere. */
  damaged: string[];
}

export async function studyView(store: Store, name: string): Promise<StudyView> {
  const study = await store.studies.get(name);
  const { _id, spaces: ids, ...rest } = study;
  const [spaces, progress, running, stageFailures, failures, damaged] = await Promise.all([
    store.spaces.getMany(ids),
    studyProgress(store, name),
    runningTrials(store, name),
    store.failures.all([name, ...ids]),
    studyFailures(store, study, FAILURES_SHOWN),
    store.damage.ofStudy(study, FAILURES_SHOWN),
  ]);
  return {
    name: _id,
    ...rest,
    spaces: spaces.map(({ _id: id, schema, names, operators, size, state }) => ({
      id,
      ...(schema === undefined ? {} : { schema }),
      ...(names === undefined ? {} : { names }),
      operators,
      size,
      state,
    })),
    progress,
    running,
    stageFailures: stageFailures.map(({ _id, ...failure }) => failure),
    failures,
    damaged: damaged.map(({ message }) => message),
  };
}

/** Of each kind of work. */
const FAILURES_SHOWN = 3;

/** Names of a list that are shown; `--json` has all. */
const NAMES_SHOWN = 8;

const PLACES_TEXT: Record<PlacesName, string> = {
  plane: 'the plane',
  'outputs-plane': 'the plane of outputs',
  components: 'the components',
};

export function studyText(view: StudyView): string {
  const { progress, search, surrogate } = view;
  const { populate, trials } = progress;
  return fields([
    ['study', view.name],
    ['task', taskText(view.task)],
    ...updatesText(view.task),
    ...view.spaces.map((space, i): [string, string] => [i === 0 ? 'space' : '', spaceText(space)]),
    ['optimises', `${view.metric} (${view.direction}), seed ${view.seed}`],
    ['chooses by', `${surrogate.regressor} on ${PLACES_TEXT[surrogate.places]}, ${surrogate.acquisition}`],
    ['created', view.createdAt.toISOString()],
    [
      'output features',
      `${populate.done} of ${populate.ranges} ranges, ${populate.expanded} of ${populate.spaces} spaces expanded`,
    ],
    ...fisherTexts(view).map((text, i): [string, string] => [i === 0 ? 'Fisher features' : '', text]),
    ['trials', `${trials.done} done, ${trials.running} running, ${trials.failed} failed, ${trials.waiting} waiting`],
    ['search', searchText(search)],
    ...view.running.map((trial, i): [string, string] => [i === 0 ? 'running' : '', runningText(trial)]),
    ...view.stageFailures.map((failure): [string, string] => ['does not work', stageFailureText(failure)]),
    ...view.damaged.map((message): [string, string] => ['left out', message]),
    ...view.failures.map((failure, i): [string, string] => [i === 0 ? 'failed' : '', failureText(failure)]),
  ]);
}

function runningText(trial: RunningTrial): string {
  const { number, fn, owner, seconds, secondsStill, progress, leaseEnds } = trial;
  const moved = progress === null ? '' : `${progress} ${duration(secondsStill)} ago, `;
  return `trial ${number}, ${fn}: ${owner}, since ${duration(seconds)}, ${moved}lease until ${leaseEnds.toISOString()}`;
}

function stageFailureText({ job, count, workers, last, reason }: StudyView['stageFailures'][number]): string {
  const by = workers.length === 1 ? '1 worker' : `${workers.length} workers`;
  return `${job} jobs: ${reason} (attempt ${count} of ${by}, at ${last.toISOString()})`;
}

function failureText({ work, fn, seed, reason }: StudyFailure): string {
  return `${work} of ${fn}${seed === undefined ? '' : ` with seed ${seed}`}: ${reason}`;
}

function taskText({ name, sourceHash, network, dataHash }: StudyDoc['task']): string {
  const data = network === false ? '' : `, data ${dataHash?.slice(0, 12) ?? 'not compared'}`;
  return `${name} (source ${sourceHash.slice(0, 12)}${data})`;
}

const KEPT = { features: 'features kept', results: 'results kept', both: 'features and results kept', nothing: '' };

function updatesText({ updates = [] }: StudyDoc['task']): Array<[string, string]> {
  return updates.map(({ at, from, data, keep }) => {
    const what = [`source ${from.slice(0, 12)}`, ...(data ? ['other data'] : []), KEPT[keep]].filter(Boolean);
    return ['', `updated ${at.toISOString().slice(0, 16).replace('T', ' ')}, before: ${what.join(', ')}`];
  });
}

function fisherTexts({ progress: { fisher }, fisher: settings }: StudyView): string[] {
  if (fisher.source === 'none') return [`none: the task has no network; ${fisher.defined} functions by outputs alone`];
  if (fisher.source === 'uploaded') {
    return [`${fisher.defined} uploaded`, `layers of ${settings.uploaded?.join(', ')} values`];
  }
  const states = (['defined', 'undefined', 'failed', 'owed'] as const).map((state) => `${fisher[state]} ${state}`);
  return [states.join(', '), settingsText(settings)];
}

function searchText({ state, trials, parallel, deadline, patience, reason }: StudyDoc['search']): string {
  if (state === 'none') return 'not begun';
  const limits = [
    `${trials} trials wanted`,
    `parallel ${parallel ?? 'auto'}`,
    ...(deadline ? [`until ${deadline.toISOString()}`] : []),
    ...(patience === null ? [] : [`patience ${patience}`]),
  ];
  return `${state}${reason ? ` (${reason})` : ''}: ${limits.join(', ')}`;
}

function spaceText({ schema, names = [], operators, size }: StudyView['spaces'][number]): string {
  const count = BigInt(size).toLocaleString('en-US');
  if (schema !== undefined) return `${schema} over ${operators}: ${count} functions`;
  const shown = names.slice(0, NAMES_SHOWN).join(' ');
  return `${shown}${names.length > NAMES_SHOWN ? ` ... (${count} functions)` : ''}`;
}
