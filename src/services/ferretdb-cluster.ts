import { existsSync } from 'node:fs';
import { chmod, chown, copyFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { whyFailed } from '../program-output.js';
import { type FerretdbPrograms, ferretdbInfra } from './ferretdb-programs.js';
import { chooseOwnAccounts, isOwnAccount } from './own-account.js';
import { unavailable } from './server-source.js';

const POSTGRES_BIN = '/usr/lib/postgresql/18/bin';

/** Runs a program inside the root, as the account that owns the database or as the one that only talks to it. */
export type Jail = (
  account: 'postgres' | 'gateway',
  program: string,
  args: readonly string[],
) => { program: string; args: string[] };

/** A program of PostgreSQL's in the jail. */
export const inPostgres = (jail: Jail, program: string, args: readonly string[]) =>
  jail('postgres', `${POSTGRES_BIN}/${program}`, args);

/**
 * The folder of a database cluster, made where there is none: `pg` (the cluster), `sock` (its socket), `gateway`
 * (FerretDB's state) and `passwd` (the accounts in the jail). What an earlier version left is closed to others.
 */
export async function prepareCluster(
  programs: FerretdbPrograms,
  folder: string,
  notify: (line: string) => void,
): Promise<Jail> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pg = join(folder, 'pg');
  if (!existsSync(pg)) {
    notify('MongoDB: preparing an empty database');
    await createCluster(programs, folder);
  }
  const { uid } = await stat(pg);
  const account = isOwnAccount(uid) ? uid : await chooseOwnAccounts();
  if (account !== uid) await giveAll(pg, account);
  await furnish(folder, account);
  await copyFile(join(ferretdbInfra, 'postgresql.conf'), join(pg, 'postgresql.auto.conf'));
  for (const name of ['pg_hba.conf', 'pg_ident.conf']) await copyFile(join(ferretdbInfra, name), join(pg, name));
  return jailOf(programs, folder);
}

const jailOf =
  (programs: FerretdbPrograms, folder: string): Jail =>
  (account, program, args) => {
    const where = [programs.root, folder, dirname(programs.gateway), account];
    return { program: 'bash', args: [join(ferretdbInfra, 'jail.sh'), ...where, program, ...args] };
  };

/** Everything in the folder but the cluster itself, for two accounts: the server's, and the next for the gateway. */
async function furnish(folder: string, account: number): Promise<void> {
  const gateway = account + 1;
  const lines = [
    `postgres:x:${account}:${account}::/data:/bin/false`,
    `gateway:x:${gateway}:${gateway}::/srv:/bin/false`,
  ];
  await writeFile(join(folder, 'passwd'), `${lines.join('\n')}\n`);
  await chmod(join(folder, 'passwd'), 0o644);
  for (const [name, uid, mode] of [
    ['sock', account, 0o2750], // what is made in it belongs to the gateway's group
    ['gateway', gateway, 0o700],
  ] as const) {
    await mkdir(join(folder, name), { recursive: true });
    await giveAll(join(folder, name), uid, gateway);
    await chmod(join(folder, name), mode);
  }
}

/** The folder itself last: when it is another's, all that is in it is. */
async function giveAll(folder: string, uid: number, gid = uid): Promise<void> {
  await execa('find', [folder, '-depth', '-exec', 'chown', '-h', `${uid}:${gid}`, '{}', '+']);
}

/** Made in a folder beside its place and moved there when it is complete: initdb may be killed half-way. */
async function createCluster(programs: FerretdbPrograms, folder: string): Promise<void> {
  const draft = join(folder, 'initdb');
  await rm(draft, { recursive: true, force: true });
  await mkdir(join(draft, 'pg'), { recursive: true });
  const account = await chooseOwnAccounts();
  await chown(join(draft, 'pg'), account, account);
  await furnish(draft, account);
  const options = ['-D', '/data', '-U', 'postgres', '--auth-local=peer', '--auth-host=reject', '--locale=C.UTF-8'];
  const { program, args } = inPostgres(jailOf(programs, draft), 'initdb', options);
  const result = await execa(program, args, { reject: false, all: true, stdin: 'ignore' });
  if (result.failed) throw unavailable(`initdb did not start: ${whyFailed(result)}`);
  await rename(join(draft, 'pg'), join(folder, 'pg'));
  await rm(draft, { recursive: true, force: true });
}
