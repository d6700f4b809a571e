import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';

/** Where a pid and a port mean something: one run of one kernel, and the namespaces of a container there. */
export const place = z.object({
  host: z.string(),
  bootId: z.string(),
  pidNamespace: z.string(),
  networkNamespace: z.string(),
});

export type Place = z.infer<typeof place>;

/** The place of this process; undefined where the kernel does not tell it (not Linux). */
export async function thisPlace(): Promise<Place | undefined> {
  try {
    const [bootId, pidNamespace, networkNamespace] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
      readlink('/proc/self/ns/net'),
    ]);
    return { host: hostname(), bootId: bootId.trim(), pidNamespace, networkNamespace };
  } catch {
    return undefined;
  }
}

/** Whether 127.0.0.1 means the same there and here. */
export async function sharesPorts(there: Place | undefined): Promise<boolean> {
  const here = await thisPlace();
  return there?.bootId === here?.bootId && there?.networkNamespace === here?.networkNamespace;
}
