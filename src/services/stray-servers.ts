import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { identify, type ProcessIdentity } from './process-identity.js';

/**
 * Servers that work in `folder` (their working folder is their data folder) without being on record: their starter was
 * killed between starting them and writing that down. Those of a container, which its host sees too, are its own affair.
 * Linux only; elsewhere that instant is left to the servers' own lock files.
 * @param program the program's name as the kernel knows it, e.g. `redis-server`
 */
export async function straysIn(folder: string, program: string): Promise<ProcessIdentity[]> {
  if (process.platform !== 'linux') return [];
  const home = await stat(folder).catch(() => undefined);
  if (!home) return [];
  const here = await readlink('/proc/self/ns/pid');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const inside = new Map<number, { parent: number }>();
  for (const pid of pids) {
    // Compared by inode: a server in a chroot sees its folder under another name.
    const cwd = await stat(`/proc/${pid}/cwd`).catch(() => undefined);
    if (cwd?.ino !== home.ino || cwd.dev !== home.dev) continue;
    if ((await readlink(`/proc/${pid}/ns/pid`).catch(() => undefined)) !== here) continue;
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (/^Name:\s*(.*)$/m.exec(status)?.[1] !== program) continue;
    inside.set(pid, { parent: Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1]) });
  }
  // A server's own children end with it.
  const roots = [...inside].filter(([, { parent }]) => !inside.has(parent)).map(([pid]) => pid);
  const identities = await Promise.all(roots.map(identify));
  return identities.filter((identity) => identity !== undefined);
}
