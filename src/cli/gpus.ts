import { execa } from 'execa';

export interface Gpu {
  /** Device number. */
  index: string;
  name: string;
}

/** NVIDIA GPUs that the driver lists; none where there is no driver. */
export async function listGpus(): Promise<Gpu[]> {
  const { stdout, failed } = await execa('nvidia-smi', ['-L'], { reject: false, timeout: 15_000 });
  return failed ? [] : parseGpuList(stdout);
}

/** Lines such as `GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-...)`. */
export function parseGpuList(text: string): Gpu[] {
  return [...text.matchAll(/^GPU (\d+): (.*?)(?: \(UUID:.*)?$/gm)].map(([, index = '', name = '']) => ({
    index,
    name,
  }));
}
