import { cdfFault, packCdf } from '../../domain/features/spectrum.js';
import { AquasurfError } from '../../errors.js';
import type { Pipeline } from '../../queues/pipeline.js';
import { reconcileEmbedding } from '../reconcile-embedding.js';
import { hashesInStudy } from '../study-functions.js';

/**
 * Stores Fisher features that were computed elsewhere, in the place of any that are there.
 *
 * The first upload fixes how many layers a study's features have and how long their CDFs are; from then on only
 * uploaded features count in it, for those computed here would be others.
 * @param cdfs of each layer, in the same order for every function: the cumulated histogram of its log eigenvalues, 0 to
 *   1, non-decreasing, ending in 1
 * @throws AquasurfError FEATURES_INVALID, FUNCTION_NOT_IN_STUDY, FAILED where the study has computed features
 */
export async function uploadFisher(
  pipeline: Pipeline,
  studyName: string,
  fn: string,
  cdfs: ReadonlyArray<ArrayLike<number>>,
): Promise<void> {
  const { store } = pipeline;
  const study = await store.studies.get(studyName);
  const refuse = (what: string): never => {
    throw new AquasurfError('FEATURES_INVALID', `Fisher features of ${fn}: ${what}`);
  };
  checkCdfs(cdfs, refuse);
  const [hash] = (await hashesInStudy(store, study, [fn])) as [string];
  const lengths = cdfs.map(({ length }) => length);
  const uploaded = study.fisher.uploaded ?? (await begin(pipeline, studyName, lengths));
  if (uploaded.join() !== lengths.join()) {
    refuse(`layers of ${lengths.join(', ')} values, but those of the study have ${uploaded.join(', ')}`);
  }
  const settings = { ...(await store.studies.get(studyName)).fisher };
  const features = packCdf(Float64Array.from(cdfs.flatMap((cdf) => Array.from(cdf))));
  await store.fisher.put(studyName, hash, features, settings);
  await reconcileEmbedding(pipeline, study, false);
}

function checkCdfs(cdfs: ReadonlyArray<ArrayLike<number>>, refuse: (what: string) => never): void {
  // Callers in JavaScript may give anything.
  if (!Array.isArray(cdfs)) refuse('they are no list; give a list with a CDF for each layer');
  if (cdfs.length === 0) refuse('no layer; give a CDF for each');
  for (const [layer, cdf] of cdfs.entries()) {
    const where = `layer ${layer + 1}`;
    if (typeof cdf?.length !== 'number') refuse(`${where} is no list of numbers; give a CDF for each layer`);
    if (cdf.length < 2) refuse(`${where} has ${cdf.length} values; 2 are the fewest that tell functions apart`);
    const fault = cdfFault(cdf);
    if (fault !== undefined) refuse(`${where} ${fault}`);
  }
}

/** Makes the study one of uploaded features. @returns the lengths that count, where several uploads begin at once */
async function begin({ store }: Pipeline, name: string, lengths: number[]): Promise<number[]> {
  const present = await store.fisher.sample(name);
  // Those of a task without a network are empty.
  if (present && present.length > 0 && present.settings?.uploaded === undefined) {
    throw new AquasurfError(
      'FAILED',
      `study ${name} has Fisher features that were computed here, with which uploaded ones must not mix: ` +
        'upload into another study',
    );
  }
  return store.studies.beginUploads(name, lengths);
}
