import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { askRedis } from '../../src/services/redis-answer.js';
import { listens } from '../../src/services/server-process.js';
import { findServices } from '../../src/services/services.js';
import { foreignRedis } from './foreign-redis.js';
import { freshConfig, running } from './service-users.js';

/** Answers every command with the same bytes. */
async function fakeServer(reply: string): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('data', (data) => {
      const commands = data.toString().match(/^\*\d+\r\n/gm)?.length ?? 1;
      if (reply !== '') socket.write(reply.repeat(commands));
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;

afterEach(() => vi.unstubAllEnvs());

describe('a server named by a variable', () => {
  const find = (changes: { redisUrl?: string; mongodbUri?: string }) =>
    findServices(freshConfig(changes), { start: true, localhost: false, notify: () => undefined });

  it('is used as it is and never stopped', async () => {
    const redisUrl = `redis://:correct@127.0.0.1:${await foreignRedis(['--requirepass', 'correct'])}`;
    const services = await find({ redisUrl, mongodbUri: inject('mongodbUri') });
    expect(services).toMatchObject({ redisUrl, origin: { redis: 'url', mongodb: 'url' } });
    await services.close();
    expect((await askRedis(redisUrl, 1_000)).usable).toBe(true);
  });

  it('with a wrong password is refused in one line that does not tell it', async () => {
    const port = await foreignRedis(['--requirepass', 'correct']);
    const refusal = await find({ redisUrl: `redis://:s3cret@127.0.0.1:${port}` }).catch((error: Error) => error);
    expect(refusal).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringMatching(/wrong user or password/),
    });
    expect(refusal).toMatchObject({ message: expect.stringContaining(`redis://127.0.0.1:${port} (from REDIS_URL)`) });
    expect(String(refusal)).not.toMatch(/s3cret|\n/);
  });

  it('without the password that it wants is refused', async () => {
    const port = await foreignRedis(['--requirepass', 'correct']);
    await expect(find({ redisUrl: `redis://127.0.0.1:${port}` })).rejects.toThrow('needs a password');
  });

  it.each([
    [
      'Redis',
      { redisUrl: 'redis://127.0.0.1:1' },
      /Redis at redis:\/\/127\.0\.0\.1:1 .*cannot be reached.*ECONNREFUSED/,
    ],
    [
      'MongoDB',
      { mongodbUri: 'mongodb://u:s3cret@127.0.0.1:1/x' },
      /MongoDB at mongodb:\/\/127\.0\.0\.1:1\/x .*cannot be reached/,
    ],
  ])('that does not answer is an error, and nothing is started instead: %s', async (_, urls, message) => {
    const config = freshConfig(urls);
    const failure = await findServices(config, { start: true, localhost: false, notify: () => undefined }).catch(
      (error: Error) => error,
    );
    expect(failure).toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: expect.stringMatching(message) });
    expect(String(failure)).not.toMatch(/s3cret|\n/);
    expect(readdirSync(config.dataDir)).toEqual([]);
  });
});

describe('what a Redis answers', () => {
  it.each([
    ['an old version', bulk('redis_version:6.0.16\r\n'), /is version 6\.0\.16; 6\.2 or newer is needed/],
    ['that it is loading', bulk('redis_version:7.0.15\r\nloading:1\r\n'), /still loading/],
    ['something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', /is not a Redis/],
    ['nothing', '', /no answer within 0\.3 s/],
  ])('%s', async (_, reply, reason) => {
    const answer = await askRedis(`redis://127.0.0.1:${await fakeServer(reply)}`, 300);
    expect(answer).toMatchObject({ usable: false, reason: expect.stringMatching(reason) });
  });

  it('its version', async () => {
    expect(await askRedis(`redis://127.0.0.1:${await foreignRedis()}`, 1_000)).toMatchObject({ usable: true });
  });
});

describe('a server on localhost', () => {
  const look = async (redisPort: number) => {
    const notices: string[] = [];
    const config = freshConfig({ mongodbUri: inject('mongodbUri') });
    const services = await findServices(config, {
      start: true,
      localhost: { redis: redisPort, mongodb: 1 },
      notify: (line) => notices.push(line),
    });
    return { services, notices, config };
  };

  it('that wants no password is used and not stopped', async () => {
    const port = await foreignRedis();
    const { services, config } = await look(port);
    expect(services).toMatchObject({ redisUrl: `redis://127.0.0.1:${port}`, origin: { redis: 'localhost' } });
    await services.close();
    expect(await listens(port)).toBe(true);
    expect(readdirSync(config.dataDir)).toEqual([]);
  });

  it.each([
    ['wants a password', () => foreignRedis(['--requirepass', 'x']), /localhost:\d+ needs a password; not used/],
    ['is too old', () => fakeServer(bulk('redis_version:5.0.7\r\n')), /localhost:\d+ is version 5\.0\.7/],
  ])('that %s is passed over, with a notice', async (_, serve, notice) => {
    const port = await serve();
    const { services, notices } = await look(port);
    expect(services.origin.redis).toBe('started');
    expect(services.redisUrl).not.toContain(`:${port}`);
    expect(notices[0]).toMatch(notice);
    await services.close();
  });
});

describe('when there is nothing', () => {
  it('and nothing may be started, the error names what to do and nothing is left', async () => {
    const config = freshConfig();
    const failure = await findServices(config, { start: false, localhost: false, notify: () => undefined }).catch(
      (error: Error) => error,
    );
    for (const way of [
      'aquasurf quickstart',
      'REDIS_URL',
      'MONGODB_URI',
      'apt-get install redis-server',
      'compose.yaml',
    ]) {
      expect(failure).toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining(way) });
    }
    expect(readdirSync(join(config.dataDir, 'services/users'))).toEqual([]);
  });

  it('and no program to start, one line lists the ways to get each, and what was started is stopped', async () => {
    const path = mkdtempSync(join(tmpdir(), 'aquasurf-path-'));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    const { stdout } = await execa('sh', ['-c', 'command -v redis-server']);
    symlinkSync(stdout, join(path, 'redis-server'));
    vi.stubEnv('PATH', path);
    const config = freshConfig({ cacheDir: join(path, 'cache') });
    const notices: string[] = [];
    const failure = await findServices(config, {
      start: true,
      localhost: false,
      notify: (line) => notices.push(line),
    }).catch((error: Error) => error);
    expect(notices).toEqual([expect.stringMatching(/^Redis: started/)]);
    for (const way of ['MONGODB_URI', 'mongod', 'FerretDB', 'infra/compose.yaml up -d mongodb']) {
      expect(failure).toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining(way) });
    }
    expect(String(failure)).not.toContain('\n');
    expect(await running(config, 'redis')).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'and this is root, redis-server is installed with apt-get, which is said',
    async () => {
      const path = mkdtempSync(join(tmpdir(), 'aquasurf-path-'));
      onTestFinished(() => rmSync(path, { recursive: true, force: true }));
      const { stdout } = await execa('sh', ['-c', 'command -v redis-server']);
      const install = `[ "$1" != install ] || /bin/ln -s '${stdout}' '${path}/redis-server'`;
      writeFileSync(join(path, 'apt-get'), `#!/bin/sh\n${install}\n`, { mode: 0o755 });
      vi.stubEnv('PATH', path);
      const notices: string[] = [];
      const services = await findServices(freshConfig({ mongodbUri: inject('mongodbUri') }), {
        start: true,
        localhost: false,
        notify: (line) => notices.push(line),
      });
      expect(notices[0]).toBe(
        'Redis: redis-server is not on PATH; valkey-server is not on PATH; trying to install redis-server with apt-get',
      );
      expect(services.origin.redis).toBe('started');
      await services.close();
    },
  );

  it('a server that cannot start says why', async () => {
    const config = freshConfig({ mongodbUri: inject('mongodbUri') });
    mkdirSync(join(config.dataDir, 'redis/appendonlydir/appendonly.aof.manifest'), { recursive: true });
    await expect(findServices(config, { start: true, localhost: false, notify: () => undefined })).rejects.toThrow(
      /redis-server did not start: .*appendonly/,
    );
    expect(await running(config, 'redis')).toEqual([]);
  });
});
