import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, packageDir } from '../../src/config.js';
import { provideFerretdb } from '../../src/services/ferretdb-programs.js';
import { findServices } from '../../src/services/services.js';

const NOBODY = 65_534;

/** Runs a line of bash as a user who has nothing to do with us. */
const asNobody = (line: string) =>
  execa('bash', ['-c', line], { uid: NOBODY, gid: NOBODY, cwd: '/', reject: false, all: true, timeout: 20_000 });

/** Everything is where any user could come in: in a folder that all may enter, made by a version that left it open. */
describe.skipIf(process.getuid?.() !== 0)('another user of the machine', () => {
  const parent = mkdtempSync(join(tmpdir(), 'aquasurf-others-'));
  const dataDir = join(parent, '.aquasurf');
  const config = { ...loadConfig({}, parent), cacheDir: loadConfig().cacheDir, dataDir };
  let services: Awaited<ReturnType<typeof findServices>>;
  let records: Array<{ port: number; password: string; processes: Array<{ pid: number }> }>;

  beforeAll(async () => {
    await execa('chmod', ['755', parent]);
    mkdirSync(join(dataDir, 'redis'), { recursive: true, mode: 0o755 });
    services = await findServices(config, { start: true, localhost: false, notify: () => undefined });
    records = ['redis', 'mongodb'].map((name) =>
      JSON.parse(readFileSync(join(dataDir, `services/${name}.json`), 'utf8')),
    );
  });
  afterAll(async () => {
    await services?.close();
    rmSync(parent, { recursive: true, force: true });
  });

  it('reads nothing of the data, logs and passwords', async () => {
    const { stdout: files } = await execa('find', [dataDir, '-type', 'f', '-size', '+0', '-not', '-path', '*/pg/*']);
    expect(files).toMatch(/appendonly.*aof/);
    expect(files).toContain('services/redis.json');
    for (const file of [dataDir, ...files.split('\n')]) {
      expect((await asNobody(`ls -d '${file}/' 2>&1; head -c 1 '${file}'`)).all).toContain('Permission denied');
    }
    for (const name of ['', 'redis', 'services', 'mongodb']) {
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o700);
    }
    for (const name of ['redis.json', 'mongodb.json', 'redis.log', 'mongodb.log']) {
      expect(statSync(join(dataDir, 'services', name)).mode & 0o077).toBe(0);
    }
  });

  it('finds no password in the arguments of a process, and none is in a log', async () => {
    const passwords = records.map(({ password }) => password);
    expect(passwords.every((password) => password.length >= 32)).toBe(true);
    const { stdout } = await asNobody('cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "');
    expect(stdout).toContain('ferretdb');
    const logs = await execa('grep', ['-rhaF', '', join(dataDir, 'services'), '--include=*.log']);
    for (const password of passwords) expect(stdout + logs.stdout).not.toContain(password);
  });

  it('gets no answer from Redis without its password, and little from its rules with it', async () => {
    const talk = (said: string) =>
      asNobody(`exec 3<>/dev/tcp/127.0.0.1/${records[0]?.port}; printf '${said}' >&3; head -n 1 <&3`);
    expect((await talk('KEYS *\\r\\n')).stdout).toMatch(/^-NOAUTH/);
    expect((await talk('AUTH wrong\\r\\n')).stdout).toMatch(/^-WRONGPASS/);
    const client = new Redis(services.redisUrl);
    const refused = [
      ['config', 'set', 'dir', '/tmp'],
      ['config', 'rewrite'],
      ['acl', 'setuser', 'x', 'on'],
    ].concat([
      ['module', 'list'],
      ['debug', 'reload'],
      ['replicaof', '127.0.0.1', '1'],
    ]);
    for (const [command = '', ...args] of refused) {
      await expect(client.call(command, ...args), command).rejects.toThrow(/NOPERM|not allowed/);
    }
    client.disconnect();
  });

  it('finds no port and no socket of PostgreSQL, whose processes can do nothing outside of their folder', async () => {
    const [gateway, postgres] = records[1]?.processes ?? [];
    const socket = join(dataDir, 'mongodb/sock/.s.PGSQL.5432');
    expect(statSync(socket).isSocket()).toBe(true);
    expect((await asNobody(`ls '${socket}'`)).all).toContain('Permission denied');
    const listening = readFileSync(`/proc/${postgres?.pid}/net/tcp`, 'utf8').trim().split('\n').slice(1);
    expect(listening).toEqual([]);
    for (const process of [gateway, postgres]) {
      const status = readFileSync(`/proc/${process?.pid}/status`, 'utf8');
      expect(status).toMatch(/^Cap(Bnd|Eff|Prm):\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      const uid = /^Uid:\t(\d+)/m.exec(status)?.[1] ?? '';
      expect((await execa('getent', ['passwd', uid], { reject: false })).exitCode).toBe(2);
      expect((await execa('getent', ['group', uid], { reject: false })).exitCode).toBe(2);
    }
  });

  it('would be no superuser even as FerretDB', async () => {
    const notify = () => undefined;
    const { root, gateway } = await provideFerretdb({ cacheDir: config.cacheDir, notify, signal: undefined });
    const ask = (user: string, statement: string) => {
      const where = [root, join(dataDir, 'mongodb'), join(gateway, '..'), 'gateway'];
      const psql = [
        '/usr/lib/postgresql/18/bin/psql',
        '-qXAth',
        '/sock',
        '-U',
        user,
        '-d',
        'postgres',
        '-c',
        statement,
      ];
      const jail = join(packageDir, 'infra/ferretdb/jail.sh');
      return execa('bash', [jail, ...where, ...psql], { reject: false, all: true, stdin: 'ignore' });
    };
    expect((await ask('postgres', 'SELECT 1')).all).toMatch(/Peer authentication failed/);
    expect((await ask('aquasurf', 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).stdout).toBe('f');
    const program = "CREATE TEMP TABLE t (line text); COPY t FROM PROGRAM 'id'";
    expect((await ask('aquasurf', program)).all).toMatch(/permission denied to COPY .* program/);
    expect((await ask('aquasurf', "SELECT pg_read_file('/etc/passwd')")).all).toMatch(/permission denied/);
  });
});
