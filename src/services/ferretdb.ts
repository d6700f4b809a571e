import { existsSync } from 'node:fs';
import { chown, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { whyFailed } from '../program-output.js';
import { type FerretdbPrograms, ferretdbInfra, planFerretdb, provideFerretdb } from './ferretdb-programs.js';
import { askMongodb } from './mongodb-answer.js';
import { type ProcessIdentity, stopProcess } from './process-identity.js';
import type { StartContext } from './server-kind.js';
import { becomesReady, choosePort, listens, spawnServer, whyEnded } from './server-process.js';
import { type ServerSource, unavailable } from './server-source.js';
import { straysIn } from './stray-servers.js';

const POSTGRES_BIN = '/usr/lib/postgresql/18/bin';
const POSTGRES_TIMEOUT_MS = 120_000;
const GATEWAY_TIMEOUT_MS = 30_000;
const STOP_GATEWAY = 'SIGTERM';
/** PostgreSQL's fast shutdown: ends the sessions and writes everything to disk. */
const STOP_POSTGRES = 'SIGINT';

/** Runs a program inside the root, where this cluster's folder is /data. */
type Jail = (program: string, args: readonly string[]) => { program: string; args: string[] };

interface Cluster {
  programs: FerretdbPrograms;
  jail: Jail;
  /** Holds `pg` (the cluster), `sock` (its socket) and `gateway` (FerretDB's state). */
  folder: string;
  postgresLog: string;
  gatewayLog: string;
}

/** A MongoDB-compatible server: the gateway FerretDB over PostgreSQL with DocumentDB, data in `<dataDir>/mongodb`. */
export const ferretdb: ServerSource = { plan: ({ cacheDir }) => planFerretdb(cacheDir), start: startFerretdb };

/** Gives the gateway's port; both processes are on record. */
async function startFerretdb(context: StartContext): Promise<number> {
  const programs = await provideFerretdb(context);
  const cluster = await prepareCluster(programs, context);
  const started: Array<ProcessIdentity & { stopSignal: 'SIGTERM' | 'SIGINT' }> = [];
  const port = await choosePort(context.previousPort);
  const note = (server: ProcessIdentity, stopSignal: 'SIGTERM' | 'SIGINT') => {
    started.unshift({ ...server, stopSignal }); // stopped in reverse: the gateway first
    return context.record({ program: 'ferretdb', port, processes: started });
  };
  try {
    const postgresPort = await choosePort(undefined);
    const postgres = await startPostgres(cluster, postgresPort);
    await note(postgres, STOP_POSTGRES);
    await untilPostgresAnswers(cluster, postgres, postgresPort, context.signal);
    const gateway = await startGateway(cluster, port, postgresPort);
    await note(gateway, STOP_GATEWAY);
    const ready = async () => (await listens(port)) && (await askMongodb(`mongodb://127.0.0.1:${port}`, 2_000)).usable;
    if (!(await becomesReady(gateway, ready, { timeoutMs: GATEWAY_TIMEOUT_MS, signal: context.signal }))) {
      throw notStarted('FerretDB', await whyEnded(cluster.gatewayLog));
    }
    return port;
  } catch (error) {
    for (const server of started) await stopProcess(server, server.stopSignal);
    throw error;
  }
}

async function prepareCluster(programs: FerretdbPrograms, context: StartContext): Promise<Cluster> {
  const folder = join(context.dataDir, 'mongodb');
  const [pg, sock, gateway] = [join(folder, 'pg'), join(folder, 'sock'), join(folder, 'gateway')];
  if (!existsSync(pg)) {
    context.notify('MongoDB: preparing an empty database');
    await createCluster(programs, folder);
  }
  for (const path of [sock, gateway]) await mkdir(path, { recursive: true });
  for (const stray of await straysIn(gateway, 'ferretdb')) await stopProcess(stray, STOP_GATEWAY);
  for (const stray of await straysIn(pg, 'postgres')) await stopProcess(stray, STOP_POSTGRES);
  await chown(sock, programs.uid, programs.gid);
  const jail = jailOf(programs, folder);
  await copyFile(join(ferretdbInfra, 'postgresql.conf'), join(pg, 'postgresql.auto.conf'));
  // Nobody runs this cluster (checked above); a pid file left by kill -9 may name a process of someone else by now.
  await rm(join(pg, 'postmaster.pid'), { force: true });
  const logs = join(context.dataDir, 'services');
  return {
    programs,
    jail,
    folder,
    postgresLog: join(logs, 'mongodb-postgres.log'),
    gatewayLog: join(logs, 'mongodb.log'),
  };
}

const jailOf =
  (programs: FerretdbPrograms, folder: string): Jail =>
  (program, args) => ({
    program: 'bash',
    args: [join(ferretdbInfra, 'jail.sh'), programs.root, folder, `${POSTGRES_BIN}/${program}`, ...args],
  });

/** Made in a folder beside its place and moved there when it is complete: initdb may be killed half-way. */
async function createCluster(programs: FerretdbPrograms, folder: string): Promise<void> {
  const draft = join(folder, 'initdb');
  await rm(draft, { recursive: true, force: true });
  for (const name of ['pg', 'sock']) {
    await mkdir(join(draft, name), { recursive: true });
    await chown(join(draft, name), programs.uid, programs.gid);
  }
  const options = ['-D', '/data', '-U', 'postgres', '-A', 'trust', '--locale=C.UTF-8'];
  const { program, args } = jailOf(programs, draft)('initdb', options);
  const result = await execa(program, args, { reject: false, all: true, stdin: 'ignore' });
  if (result.failed) throw notStarted('initdb', whyFailed(result));
  await rename(join(draft, 'pg'), join(folder, 'pg'));
  await rm(draft, { recursive: true, force: true });
}

async function startPostgres(cluster: Cluster, port: number): Promise<ProcessIdentity> {
  const command = cluster.jail('postgres', ['-D', '/data', '-p', String(port)]);
  return spawnServer({ ...command, cwd: cluster.folder, log: cluster.postgresLog });
}

async function untilPostgresAnswers(
  cluster: Cluster,
  postgres: ProcessIdentity,
  port: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const connection = ['-h', '/sock', '-p', String(port)];
  const isReady = cluster.jail('pg_isready', ['-q', ...connection]);
  const ready = async () => !(await execa(isReady.program, isReady.args, { reject: false })).failed;
  if (!(await becomesReady(postgres, ready, { timeoutMs: POSTGRES_TIMEOUT_MS, signal }))) {
    throw notStarted('PostgreSQL', await whyEnded(cluster.postgresLog));
  }
  const statements = [
    'SET client_min_messages = warning',
    'CREATE EXTENSION IF NOT EXISTS documentdb CASCADE',
    'CREATE EXTENSION IF NOT EXISTS documentdb_extended_rum CASCADE',
  ];
  const psql = cluster.jail('psql', [
    ...['-qX', ...connection, '-U', 'postgres', '-v', 'ON_ERROR_STOP=1'],
    ...statements.flatMap((statement) => ['-c', statement]),
  ]);
  const result = await execa(psql.program, psql.args, { reject: false, all: true, stdin: 'ignore' });
  if (result.failed) throw notStarted('DocumentDB', whyFailed(result));
}

async function startGateway(cluster: Cluster, port: number, postgresPort: number): Promise<ProcessIdentity> {
  const state = join(cluster.folder, 'gateway');
  return spawnServer({
    program: cluster.programs.gateway,
    args: [
      `--listen-addr=127.0.0.1:${port}`,
      `--postgresql-url=postgres://postgres@127.0.0.1:${postgresPort}/postgres`,
      `--state-dir=${state}`,
      ...['--no-auth', '--telemetry=disable', '--debug-addr=-', '--log-level=error'],
    ],
    cwd: state,
    env: { DO_NOT_TRACK: '1' },
    log: cluster.gatewayLog,
  });
}

const notStarted = (what: string, said: string) => unavailable(`${what} did not start: ${said}`);
