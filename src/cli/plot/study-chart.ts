import { pointAt } from '../../domain/surrogate/points.js';
import { createRegressor } from '../../domain/surrogate/settings.js';
import { AquasurfError } from '../../errors.js';
import { resolveReference } from '../../nn/tasks/operator-registry.js';
import type { Chart } from '../../plot/chart.js';
import { embeddingChart } from '../../plot/study/embedding-chart.js';
import { functionsChart } from '../../plot/study/functions-chart.js';
import { historyChart } from '../../plot/study/history-chart.js';
import { parallelChart } from '../../plot/study/parallel-chart.js';
import { type PicturedModel, regressorChart } from '../../plot/study/regressor-chart.js';
import type { StudyPicture } from '../../plot/study/study-picture.js';
import type { StudyDoc } from '../../store/documents.js';
import { nextForFisher, nextForResults } from '../../store/next-step.js';
import type { Store } from '../../store/store.js';
import { operatorsOf } from '../../store/study-names.js';
import type { Study } from '../../study.js';
import type { CommandContext } from '../command-context.js';
import { taskFolders } from '../operators-option.js';
import type { PlotFlags } from './plot-kinds.js';
import { studySpectra } from './study-spectra.js';

/**
 * The chart of a study that `plot` asks for.
 * @throws AquasurfError FAILED where there is nothing to draw yet, with what to run
 */
export async function studyChart(study: Study, context: CommandContext, flags: PlotFlags): Promise<Chart> {
  const picture = await pictureOf(study, context, flags);
  const info = await study.info();
  const needs = (there: boolean, what: string, mend: string): void => {
    if (there) return;
    throw new AquasurfError('FAILED', `study ${study.name} has no ${what} yet: ${mend}`);
  };
  const trials = () => needs(picture.trials.length > 0, 'finished trial', nextForResults(info));
  const plane = () => needs(picture.plane !== undefined, 'map of functions', nextForFisher(info));
  switch (flags.kind) {
    case 'history':
      trials();
      return historyChart(picture);
    case 'embedding':
      plane();
      return embeddingChart(picture);
    case 'functions':
      trials();
      return functionsChart(picture, flags.top);
    case 'regressor':
      plane();
      trials();
      return regressorChart(picture, await modelOf(context.pipeline.store, info));
    case 'parallel':
      trials();
      return parallelChart(picture);
    case 'spectra':
      return studySpectra(context.pipeline.store, info, picture, {
        functions: flags.fn ?? [],
        tasks: flags.tasks,
      });
  }
}

async function modelOf(store: Store, { _id, seed, surrogate }: StudyDoc): Promise<PicturedModel> {
  const { regressor, places } = surrogate;
  if (regressor === 'task') {
    throw new AquasurfError(
      'FAILED',
      `study ${_id} predicts with its task's regressor: only the program's own can be drawn`,
    );
  }
  const model = { regressor: createRegressor(regressor, seed) };
  if (places !== 'components') return model;
  const components = await store.components.latest(_id);
  const features = components?.hashes.map((hash, i) => [hash, pointAt(components.points, i)] as const);
  return { ...model, features: new Map(features), ranked: true };
}

async function pictureOf(study: Study, { pipeline }: CommandContext, { tasks }: PlotFlags): Promise<StudyPicture> {
  const { store } = pipeline;
  const document = await study.info();
  const baselines = new Set(document.baselines);
  const [operators, finished, plane] = await Promise.all([
    resolveReference(operatorsOf(document), taskFolders(tasks)),
    store.trials.finished(study.name),
    store.embeddings.latest(study.name),
  ]);
  const trials = finished.flatMap(({ fn, hash, number, result }) =>
    fn === null ? [] : [{ fn, hash, number, result, baseline: baselines.has(hash) }],
  );
  const { metric, direction } = document;
  return { study: study.name, metric, direction, operators, trials, plane: plane ?? undefined };
}
