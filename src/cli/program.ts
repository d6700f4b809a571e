import { createRequire } from 'node:module';
import { Command } from 'commander';
import { registerBackend } from './commands/backend.js';
import { registerBench } from './commands/bench/index.js';
import { registerBest } from './commands/best.js';
import { registerClean } from './commands/clean.js';
import { registerDoctor } from './commands/doctor.js';
import { registerExport } from './commands/export.js';
import { registerExportFn } from './commands/export-fn.js';
import { registerExtend, registerFail, registerRelease } from './commands/extend-release-fail.js';
import { registerFisher } from './commands/fisher.js';
import { registerFn } from './commands/fn.js';
import { registerImport } from './commands/import.js';
import { registerMonitor } from './commands/monitor.js';
import { registerPause, registerResume, registerStop } from './commands/pause-resume-stop.js';
import { registerPlot } from './commands/plot.js';
import { registerPopulate } from './commands/populate.js';
import { registerQuickstart } from './commands/quickstart.js';
import { registerReport } from './commands/report.js';
import { registerSearch } from './commands/search.js';
import { registerSoftClean } from './commands/soft-clean.js';
import { registerStudy } from './commands/study/index.js';
import { registerSuggest } from './commands/suggest.js';
import { registerSummary } from './commands/summary.js';
import { registerTask } from './commands/task.js';
import { registerTrain } from './commands/train.js';
import { registerWorker } from './commands/worker.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/**
 * The command line. Defining it must stay cheap, for every start pays for it: commands import what they do their work
 * with inside their actions.
 */
export function createProgram(): Command {
  const program = new Command('aquasurf')
    .description('Finds better activation functions for your own network and task.')
    .version(version, '-V, --version', 'print the version')
    .option('--verbose', 'show stack traces and debug logs')
    .option('--allow-eviction', 'go on with a Redis whose maxmemory-policy lets it drop jobs')
    // Written, not read: the environment is how a setting reaches the consumers, which are children of this process.
    .hook('preAction', (_, command) => {
      if (command.optsWithGlobals().allowEviction) Object.assign(process.env, { AQUASURF_ALLOW_EVICTION: '1' });
    })
    .helpOption('-h, --help', 'explain a command, with examples')
    .exitOverride()
    // Commander's message is printed as one line by `run`, like every other error.
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Start with \`aquasurf quickstart\`, or step by step:
  $ aquasurf study create digits --task fashion-mnist/small-cnn --space "unary(unary(x))"
  $ aquasurf worker &
  $ aquasurf populate digits --wait && aquasurf fisher digits --limit 100 --wait
  $ aquasurf search digits --trials 20 --wait && aquasurf best digits

Environment: REDIS_URL, MONGODB_URI, AQUASURF_DIR, AQUASURF_CACHE, AQUASURF_BACKEND, AQUASURF_TOKEN, LOG_LEVEL
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted`,
    );

  program.commandsGroup('Start:');
  registerQuickstart(program);
  registerDoctor(program);
  registerBackend(program);
  program.commandsGroup('Search:');
  registerStudy(program);
  registerTask(program);
  registerPopulate(program);
  registerFisher(program);
  registerSearch(program);
  registerPause(program);
  registerResume(program);
  registerStop(program);
  registerTrain(program);
  program.commandsGroup('Compute:');
  registerWorker(program);
  registerMonitor(program);
  program.commandsGroup('Train it yourself:');
  registerSuggest(program);
  registerReport(program);
  registerExtend(program);
  registerRelease(program);
  registerFail(program);
  program.commandsGroup('Results:');
  registerBest(program);
  registerSummary(program);
  registerPlot(program);
  registerFn(program);
  registerBench(program);
  registerExportFn(program);
  registerExport(program);
  registerImport(program);
  registerClean(program);
  registerSoftClean(program);
  return program;
}
