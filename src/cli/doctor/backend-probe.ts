import { loadConfig } from '../../config.js';
import { errorLine } from '../../errors.js';
import { type BackendName, loadBackend } from '../../nn/backend/load-backend.js';

/** What the probe tells its parent. */
export type ProbeResult =
  | { works: true; name: string; tensorflowVersion: string; devices: string[]; seconds: number }
  | { works: false; reason: string };

/** A process of its own that loads the backend, self-check included: a library that does not fit may crash its process. */
async function probe(): Promise<ProbeResult> {
  const { backend, cacheDir, projectDir } = loadConfig();
  const started = performance.now();
  try {
    const { name, tensorflowVersion, devices } = await loadBackend(backend as BackendName | 'auto', {
      cacheDir,
      projectDir,
    });
    return { works: true, name, tensorflowVersion, devices, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    return { works: false, reason: errorLine(error) };
  }
}

const result = await probe();
process.send?.(result, () => process.exit(0));
