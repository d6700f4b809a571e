import { isDeepStrictEqual } from 'node:util';
import type { FunctionResults } from '../act-bench/function-results.js';
import { AquasurfError } from '../errors.js';
import type { Pipeline } from '../queues/pipeline.js';
import type { FisherSettings, StudyDoc } from '../store/documents.js';
import type { ImportOptions } from './import-results.js';

/**
 * How the features of a file were made, or null where none are to be taken. Features of different networks or settings
 * must not mix: a study without any takes on the file's settings, one that has some takes only features of the same.
 * @param source what the caller says; undefined: what the file says, else the original program
 * @throws AquasurfError FAILED
 */
export async function importedFisherSettings(
  store: Pipeline['store'],
  study: StudyDoc,
  functions: readonly FunctionResults[],
  source: ImportOptions['features'],
): Promise<FisherSettings | null> {
  const featured = functions.filter(({ fisherCdf }) => fisherCdf?.length);
  const [first] = featured;
  if (source === 'none' || !first) return null;
  const length = first.fisherCdf!.length;
  const settings = settingsOf(study, featured, source);
  const present = await store.fisher.sample(study._id);
  const mend = 'import into another study, or without features (--features none)';
  if (!present) {
    if (!isDeepStrictEqual(settings, study.fisher)) await store.studies.setFisher(study._id, settings);
    return settings;
  }
  if (present.length !== length) {
    throw new AquasurfError(
      'FAILED',
      `the file's Fisher features have ${length} values, those of study ${study._id} ${present.length}; ${mend}`,
    );
  }
  if (isDeepStrictEqual(present.settings, settings)) return settings;
  const ours = 'if the file comes from `aquasurf export` of such a study, say so with --features study';
  throw new AquasurfError(
    'FAILED',
    `the Fisher features of study ${study._id} were made with other settings (${settingsText(present.settings)}) than ` +
      `the file's (${settingsText(settings)}); ${mend}${first.fisherSettings ? '' : `; ${ours}`}`,
  );
}

function settingsOf(
  study: StudyDoc,
  featured: readonly FunctionResults[],
  source: 'original' | 'study' | undefined,
): FisherSettings {
  const told = featured[0]!.fisherSettings;
  const other = featured.find(({ fisherSettings }) => !isDeepStrictEqual(fisherSettings, told));
  if (other) {
    throw new AquasurfError(
      'FAILED',
      `the file has Fisher features of different settings: ${featured[0]!.fn} (${settingsText(told)}), ${other.fn} ` +
        `(${settingsText(other.fisherSettings)}); import without features (--features none)`,
    );
  }
  const named = source === 'study' ? study.fisher : { ...study.fisher, floor: 0, compat: 'aquasurf' as const };
  if (told === undefined) return named;
  if (source === undefined || isDeepStrictEqual(told, named)) return told;
  throw new AquasurfError(
    'FAILED',
    `the file says that its Fisher features were made with ${settingsText(told)}, which is not what --features ${source} ` +
      `means (${settingsText(named)}): leave the option out`,
  );
}

/** As `study show` has it. */
export function settingsText(settings: FisherSettings | undefined): string {
  if (!settings) return 'settings that it does not say';
  const { batchSize, floor, bins, compat, uploaded, seed } = settings;
  if (uploaded) return `uploaded, layers of ${uploaded.join(', ')} values`;
  return [
    ...[`batch ${batchSize}`, `floor ${floor}`, `seed ${seed}`],
    ...(bins === undefined ? [] : [`at most ${bins} bins a layer`]),
    ...(compat === undefined ? [] : ['as the original program']),
  ].join(', ');
}
