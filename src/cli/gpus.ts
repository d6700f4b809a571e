import { readdir } from 'node:fs/promises';
import { execa } from 'execa';

export interface Gpu {
  /** Device number. */
  index: string;
  name: string;
}

/** NVIDIA GPUs that the driver lists; none where there is no driver. */
export async function listGpus(): Promise<Gpu[]> {
  const { stdout, failed, code } = await execa('nvidia-smi', ['-L'], { reject: false, timeout: 15_000 });
  // Containers may have the devices without the program.
  if (code === 'ENOENT') return parseGpuDevices(await readdir('/dev').catch(() => []));
  return failed ? [] : parseGpuList(stdout);
}

/** CUDA numbers the devices that are there from 0, whatever their files are called. */
export function parseGpuDevices(files: readonly string[]): Gpu[] {
  return files
    .filter((file) => /^nvidia\d+$/.test(file))
    .map((file, i) => ({ index: String(i), name: `/dev/${file}` }));
}

/** Lines such as `GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-...)`. */
export function parseGpuList(text: string): Gpu[] {
  return [...text.matchAll(/^GPU (\d+): (.*?)(?: \(UUID:.*)?$/gm)].map(([, index = '', name = '']) => ({
    index,
    name,
  }));
}
