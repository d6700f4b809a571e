import type { Result } from '../compute/protocol.js';
import { errorLine } from '../errors.js';
import type { Logger } from '../log.js';

/**
 * Logs what a consumer computes on, as TensorFlow lists it: without a driver or a library of CUDA it falls back to the
 * CPU without a word.
 * @param gpu the device number that the consumer was given, undefined for the CPU
 * @param backend gives undefined where the consumer computes nothing
 */
export async function tellDevice(
  gpu: string | undefined,
  backend: () => Promise<Result<'backend'> | undefined>,
  log: Logger,
): Promise<void> {
  try {
    const loaded = await backend();
    if (!loaded) return;
    const { name, tensorflowVersion, devices } = loaded;
    const found = `TensorFlow ${tensorflowVersion} of ${name} lists ${devices.join(' and ')}`;
    if (gpu === undefined) log.info(`computes on the CPU: ${found}`);
    else if (devices.includes('GPU')) log.info(`computes on GPU ${gpu}: ${found}`);
    else log.error(`computes on the CPU, not on GPU ${gpu}: ${found}; \`aquasurf doctor\` says what is missing`);
  } catch (error) {
    // The jobs that need it meet the same.
    log.error(`cannot compute: ${errorLine(error)}`);
  }
}
