import { STAGES, type Stage, type StageName } from '../../study/stages.js';
import { watchStage } from '../../study/watch-stage.js';
import type { Study } from '../../study.js';
import type { CommandContext } from '../command-context.js';
import { duration } from '../output.js';
import { PATIENCE_SECONDS, Patience } from '../servers/patience.js';
import { createProgressDisplay, type ProgressDisplay } from './progress-display.js';

interface FollowOptions extends Pick<CommandContext, 'pipeline' | 'addresses'> {
  /** How long Redis and MongoDB may be away, in seconds. @defaultValue 600 */
  patienceSeconds?: number;
  /** Aborting stops the watching, not the work. */
  signal?: AbortSignal;
  /** Whether the workers end with the command: else the work goes on when the watching ends. @defaultValue false */
  ownWorkers?: boolean;
  /** @defaultValue bars or lines on stderr */
  display?: ProgressDisplay;
}

/**
 * Shows how far the stages are, one after another, until they are complete.
 * @throws AquasurfError FAILED when a stage has no jobs left and still is not complete
 */
export async function follow(study: Study, stages: readonly StageName[], options: FollowOptions): Promise<void> {
  const display = options.display ?? createProgressDisplay(process.stderr);
  const tellWhatGoesOn = () => display.note(whatGoesOn(study.name, stages));
  if (!options.ownWorkers) options.signal?.addEventListener('abort', tellWhatGoesOn, { once: true });
  try {
    for (const name of stages) await followStage(study, STAGES[name], options, display);
  } finally {
    options.signal?.removeEventListener('abort', tellWhatGoesOn);
    display.end();
  }
}

const whatGoesOn = (study: string, stages: readonly StageName[]): string =>
  stages.includes('search')
    ? `only the waiting ends: the search of study ${study} goes on, \`aquasurf stop ${study}\` ends it`
    : 'only the waiting ends: what is enqueued goes on';

async function followStage(
  study: Study,
  stage: Stage,
  { pipeline, addresses, patienceSeconds: seconds = PATIENCE_SECONDS, signal }: FollowOptions,
  display: ProgressDisplay,
): Promise<void> {
  const tell = (line: string) => display.note(line);
  const servers = new Patience({ seconds, addresses, note: tell, signal });
  for await (const progress of watchStage(pipeline, study.name, stage, { signal, tell, servers })) {
    const { done, total, note } = stage.read(progress);
    const still = progress.still.map(({ fn, secondsStill }) => `${fn} has not moved for ${duration(secondsStill)}`);
    display.update(stage.label, done, total, [note, ...still].join('; '));
  }
  display.end();
}
