import { layersApart } from '../../compute/task-layers-apart.js';
import { edgeCount, unpackCdf } from '../../domain/features/spectrum.js';
import { AquasurfError } from '../../errors.js';
import { unchangedTask } from '../../nn/tasks/unchanged-task.js';
import type { Chart } from '../../plot/chart.js';
import { spectraChart } from '../../plot/study/spectra-chart.js';
import { bestFirst, type StudyPicture } from '../../plot/study/study-picture.js';
import { hashesInStudy } from '../../producers/study-functions.js';
import type { StudyDoc } from '../../store/documents.js';
import { fisherSource, nextForFisher } from '../../store/next-step.js';
import type { Store } from '../../store/store.js';
import { hashOfName } from '../../store/study-names.js';
import { taskFolders } from '../operators-option.js';

const RELU = 'relu(x)';
/** Of the best functions, where none are named. */
const BEST = 2;

/**
 * The Fisher spectra of the functions, beside relu's, layer by layer.
 * @param functions none: the best two and the worst of the trials
 * @throws AquasurfError FAILED for a function without Fisher features, with what to run; FUNCTION_NOT_IN_STUDY; TASK_CHANGED
 */
export async function studySpectra(
  store: Store,
  study: StudyDoc,
  picture: StudyPicture,
  { functions, tasks }: { functions: readonly string[]; tasks: string | undefined },
): Promise<Chart> {
  const source = fisherSource(study);
  const failed = (what: string) => new AquasurfError('FAILED', what);
  if (source === 'none') throw failed(`study ${study._id} has no spectra: its task has no network`);
  const named = functions.length > 0 ? [RELU, ...functions] : [RELU, ...ofTrials(picture)];
  const spectra = [];
  for (const name of new Set(named)) {
    const hash = await hashOfName(store, study, name);
    const packed = hash && (await store.fisher.features(study._id, [hash])).get(hash);
    if (packed) spectra.push({ name, cdf: unpackCdf(packed) });
    else if (functions.includes(name)) {
      await hashesInStudy(store, study, [name]);
      const mend =
        source === 'uploaded'
          ? 'upload them with `study.uploadFisher`'
          : `run \`aquasurf fisher ${study._id} --fn "${name}" --wait\` (some functions have none)`;
      throw failed(`${name} has no Fisher features in study ${study._id}: ${mend}`);
    }
  }
  if (spectra.length === 0) throw failed(`study ${study._id} has no spectra yet: ${nextForFisher(study)}`);
  return spectraChart(`${study._id}: Fisher spectra`, await layersOf(study, tasks), spectra);
}

function ofTrials(picture: StudyPicture): string[] {
  const ranked = bestFirst(picture).map(({ fn }) => fn);
  return [...ranked.slice(0, BEST), ...ranked.slice(BEST).slice(-1)];
}

async function layersOf({ task, fisher }: StudyDoc, tasks: string | undefined) {
  // Those that were uploaded may be of any network.
  if (fisher.uploaded) return fisher.uploaded.map((bins, i) => ({ name: `layer ${i + 1}`, bins }));
  const folders = taskFolders(tasks);
  // Layers of another version would cut the spectra at wrong places.
  await unchangedTask(task, folders);
  const layers = await layersApart(task.name, folders);
  return layers
    .filter(({ counted }) => counted)
    .map(({ layer, weights }) => ({ name: layer, bins: edgeCount(weights, fisher.bins) - 1 }));
}
