import type { Config } from '../config.js';
import { findBackend } from '../nn/backend/load-backend.js';
import { installNative } from '../nn/backend/native-install.js';

/**
 * Gets a native TensorFlow where none is there, saying what it does.
 * @throws AquasurfError BACKEND_UNAVAILABLE with the ways to get one
 */
export async function ensureBackend(
  config: Config,
  notify: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (findBackend('auto', { cacheDir: config.cacheDir, projectDir: config.projectDir })) return;
  notify('No native TensorFlow is installed: getting one (once; up to a few minutes)');
  await installNative('cpu', { cacheDir: config.cacheDir, notify, signal });
}
