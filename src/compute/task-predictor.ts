import { SeededRandom } from '../domain/random/seeded-random.js';
import { needsUncertainty } from '../domain/surrogate/acquisition.js';
import type { TaskFolders } from '../nn/tasks/task-registry.js';
import type { StudyDoc } from '../store/documents.js';
import type { Predictor } from '../store/suggest/search-view.js';
import { computeApart } from './compute-apart.js';
import type { CallOptions } from './compute-process.js';
import type { Params, Result } from './protocol.js';

/** Whoever runs the task's module. */
interface PredictingProcess {
  call(method: 'predict', params: Params<'predict'>, options: CallOptions): Promise<Result<'predict'>>;
}

/**
 * The regressor that the study's task brings, asked in a compute process, as everything of a user's module; undefined
 * where the study predicts with one of this program.
 */
export function taskPredictor(study: StudyDoc, process: PredictingProcess): Predictor | undefined {
  const { regressor, acquisition } = study.surrogate;
  if (regressor !== 'task') return undefined;
  return {
    minimumSamples: 1,
    predict: ({ samples, targets, candidates }) => {
      // The same for the same state of the search, another after each result.
      const seed = new SeededRandom(`regressor ${study.seed} ${targets.length}`).integer(2 ** 32);
      const uncertain = needsUncertainty(acquisition);
      const params = { task: study.task, samples, targets, candidates, seed, uncertain };
      return process.call('predict', params, { about: { study: study._id } });
    },
  };
}

/** Does something with the task's predictor, in a compute process that lives for it where the study needs one. */
export function withTaskPredictor<T>(
  study: StudyDoc,
  folders: TaskFolders,
  use: (predictor: Predictor | undefined) => Promise<T>,
): Promise<T> {
  return computeApart(folders, (compute) => use(taskPredictor(study, compute)));
}
