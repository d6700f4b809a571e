import { join } from 'node:path';
import { execa } from 'execa';
import { whyFailed } from '../program-output.js';
import { inPostgres, type Jail, prepareCluster } from './ferretdb-cluster.js';
import { planFerretdb, provideFerretdb } from './ferretdb-programs.js';
import { askMongodb } from './mongodb-answer.js';
import { mongodbUrl, OUR_USER } from './mongodb-user.js';
import { type ProcessIdentity, stopProcess } from './process-identity.js';
import type { ServerAddress, StartContext } from './server-kind.js';
import { becomesReady, chooseAddress, listens, spawnServer, whyEnded } from './server-process.js';
import { type ServerSource, unavailable } from './server-source.js';

const POSTGRES_TIMEOUT_MS = 120_000;
const GATEWAY_TIMEOUT_MS = 30_000;
const STOP_GATEWAY = 'SIGTERM';
/** PostgreSQL's fast shutdown: ends the sessions and writes everything to disk. */
const STOP_POSTGRES = 'SIGINT';
/** On the socket in the jail. */
const CONNECTION = ['-h', '/sock', '-U', 'postgres'];

interface Cluster {
  jail: Jail;
  folder: string;
  postgresLog: string;
  gatewayLog: string;
}

/** A MongoDB-compatible server: the gateway FerretDB over PostgreSQL with DocumentDB, data in `<dataDir>/mongodb`. */
export const ferretdb: ServerSource = { plan: ({ cacheDir }) => planFerretdb(cacheDir), start: startFerretdb };

/** Both processes are on record. */
async function startFerretdb(context: StartContext): Promise<ServerAddress> {
  const programs = await provideFerretdb(context);
  const folder = join(context.dataDir, 'mongodb');
  const logs = join(context.dataDir, 'services');
  const cluster: Cluster = {
    jail: await prepareCluster(programs, folder, context.notify),
    folder,
    postgresLog: join(logs, 'mongodb-postgres.log'),
    gatewayLog: join(logs, 'mongodb.log'),
  };
  const address = await chooseAddress(context.previous);
  const started: Array<ProcessIdentity & { stopSignal: 'SIGTERM' | 'SIGINT' }> = [];
  const note = (server: ProcessIdentity, stopSignal: 'SIGTERM' | 'SIGINT') => {
    started.unshift({ ...server, stopSignal }); // stopped in reverse: the gateway first
    return context.record({ program: 'ferretdb', ...address, processes: started });
  };
  try {
    const postgres = await startPostgres(cluster, context.lock);
    await note(postgres, STOP_POSTGRES);
    await untilPostgresAnswers(cluster, postgres, context.signal);
    await setUp(cluster, address.password);
    const gateway = await startGateway(cluster, address.port);
    await note(gateway, STOP_GATEWAY);
    const ready = async () =>
      (await listens(address.port)) && (await askMongodb(mongodbUrl(address.port, address.password), 2_000)).usable;
    if (!(await becomesReady(gateway, ready, { timeoutMs: GATEWAY_TIMEOUT_MS, signal: context.signal }))) {
      throw notStarted('FerretDB', await whyEnded(cluster.gatewayLog));
    }
    return address;
  } catch (error) {
    for (const server of started) await stopProcess(server, server.stopSignal);
    throw error;
  }
}

/** PostgreSQL takes its lock files, which name a pid, for valid as long as the remains of a killed server are about. */
const WITHOUT_OLD_LOCKS = 'rm -f pg/postmaster.pid sock/.s.PGSQL.5432.lock && exec "$0" "$@"';

/** They are removed where nobody but the holder of our own lock comes: after that lock is had. */
function startPostgres({ jail, folder, postgresLog }: Cluster, lock: string): Promise<ProcessIdentity> {
  const { program, args } = inPostgres(jail, 'postgres', ['-D', '/data']);
  const unlocked = ['-c', WITHOUT_OLD_LOCKS, program, ...args];
  return spawnServer({ program: '/bin/sh', args: unlocked, cwd: folder, log: postgresLog, lock });
}

async function untilPostgresAnswers(
  { jail, postgresLog }: Cluster,
  postgres: ProcessIdentity,
  signal: AbortSignal | undefined,
): Promise<void> {
  const isReady = inPostgres(jail, 'pg_isready', ['-q', ...CONNECTION]);
  const ready = async () => !(await execa(isReady.program, isReady.args, { reject: false })).failed;
  if (!(await becomesReady(postgres, ready, { timeoutMs: POSTGRES_TIMEOUT_MS, signal }))) {
    throw notStarted('PostgreSQL', await whyEnded(postgresLog));
  }
}

/**
 * The extension, and the one user of the database: the role as which the gateway works, which may use documents and
 * nothing else. Its password, new at each start, is what the gateway asks its own clients for.
 */
async function setUp({ jail }: Cluster, password: string): Promise<void> {
  const statements = `
    \\set VERBOSITY terse
    SET client_min_messages = warning;
    SET log_min_error_statement = panic; -- no statement with a password in the log
    CREATE EXTENSION IF NOT EXISTS documentdb CASCADE;
    CREATE EXTENSION IF NOT EXISTS documentdb_extended_rum CASCADE;
    SELECT 'CREATE ROLE ${OUR_USER}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${OUR_USER}') \\gexec
    ALTER ROLE ${OUR_USER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD '${password}';
    GRANT documentdb_admin_role TO ${OUR_USER};`;
  const psql = inPostgres(jail, 'psql', ['-qX', ...CONNECTION, '-v', 'ON_ERROR_STOP=1', '-f', '-']);
  const result = await execa(psql.program, psql.args, { reject: false, all: true, input: statements });
  if (result.failed) throw notStarted('DocumentDB', whyFailed(result));
}

function startGateway({ jail, folder, gatewayLog }: Cluster, port: number): Promise<ProcessIdentity> {
  const command = jail('gateway', '/opt/ferretdb', [
    `--listen-addr=127.0.0.1:${port}`,
    `--postgresql-url=postgres://${OUR_USER}@/postgres?host=/sock`,
    '--state-dir=/srv',
    ...['--auth', '--telemetry=disable', '--debug-addr=-', '--log-level=error'],
  ]);
  return spawnServer({ ...command, cwd: join(folder, 'gateway'), log: gatewayLog });
}

const notStarted = (what: string, said: string) => unavailable(`${what} did not start: ${said}`);
