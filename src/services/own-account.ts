import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { unavailable } from './server-source.js';

/**
 * Numbers that no system gives to anybody: "unused" in systemd's table of user ids, the second range for containers
 * whose own numbers end at 65,535.
 */
const NOBODYS: ReadonlyArray<readonly [from: number, to: number]> = [
  [0x7000_0000, 0x7fff_fffe],
  [60_578, 61_183],
];

export const isOwnAccount = (id: number): boolean => NOBODYS.some(([from, to]) => id >= from && id <= to);

/**
 * The first of two numbers, each for a user and its group, that belong to nobody on this machine: processes under them
 * have no right to anything but what is given to them.
 * @throws AquasurfError SERVICE_UNAVAILABLE
 */
export async function chooseOwnAccounts(): Promise<number> {
  for (const [from, to] of NOBODYS) {
    if (!(await isMapped(from, to))) continue;
    for (let attempt = 0; attempt < 5; attempt++) {
      const id = randomInt(from, to);
      const taken = await Promise.all([exists(id), exists(id + 1)]);
      if (!taken.includes(true)) return id;
    }
  }
  throw unavailable('FerretDB needs two user ids that nobody has, and there are none here');
}

/** Within a user namespace (a container without real root) only some numbers exist. */
async function isMapped(from: number, to: number): Promise<boolean> {
  const maps = await Promise.all(['uid_map', 'gid_map'].map((map) => readFile(`/proc/self/${map}`, 'utf8')));
  return maps.every((map) =>
    map.split('\n').some((line) => {
      const [first = Number.NaN, , count = 0] = line.trim().split(/\s+/).map(Number);
      return first <= from && to < first + count;
    }),
  );
}

async function exists(id: number): Promise<boolean> {
  const asked = ['passwd', 'group'].map((table) => execa('getent', [table, String(id)], { reject: false }));
  return (await Promise.all(asked)).some(({ exitCode }) => exitCode === 0);
}
