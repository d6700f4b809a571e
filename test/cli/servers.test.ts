import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import getPort from 'get-port';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testServices } from '../support/services.js';
import { useCli } from './run-cli.js';

const services = testServices();
const { redisUrl: REDIS_URL, mongodbUri: MONGODB_URI } = services;
const cli = useCli({ REDIS_URL, MONGODB_URI });

afterAll(() => services.drop());

describe('a server that does not fit', () => {
  const port = getPort();
  const password = 'open sesame, but not for you';
  let redis: ChildProcess;

  beforeAll(async () => {
    const limits = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--requirepass', password];
    redis = spawn('redis-server', ['--port', String(await port), ...limits], { stdio: 'ignore' });
    const client = new Redis({ port: await port, password });
    client.on('error', () => {});
    await client.ping();
    client.disconnect();
  });
  afterAll(async () => {
    redis.kill();
    await once(redis, 'exit');
  });

  it('wants another password: one line, exit code 1, no password in it', async () => {
    const { code, stdout, stderr } = await cli.runWith(
      { REDIS_URL: `redis://:wrong@127.0.0.1:${await port}` },
      'study',
      'list',
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^aquasurf: Redis at redis:\/\/127\.0\.0\.1:\d+ .*wrong user or password.*\n$/);
    expect(stderr).not.toContain('wrong@');
  });

  it('wants a password and gets none', async () => {
    const { code, stderr } = await cli.runWith({ REDIS_URL: `redis://127.0.0.1:${await port}` }, 'study', 'list');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^aquasurf: Redis at .* needs a password.*\n$/);
  });
});

describe('a database that nobody answers for', () => {
  const nobody = useCli({ REDIS_URL, MONGODB_URI: 'mongodb://user:secret@127.0.0.1:1/x' });

  it('is one line, exit code 1, no password in it', async () => {
    const { code, stdout, stderr } = await nobody.run('study', 'list');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^aquasurf: MongoDB at mongodb:\/\/127\.0\.0\.1:1\/x .*\n$/);
    expect(stderr).not.toContain('secret');
  });
});

describe('monitor', () => {
  let squatter: Server;
  let taken: number;

  beforeAll(async () => {
    squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const address = squatter.address();
    taken = typeof address === 'object' && address ? address.port : 0;
  });
  afterAll(() => squatter.close());

  it('says which port is in use and how to choose another', async () => {
    const { code, stderr } = await cli.run('monitor', '--port', String(taken));
    expect(code).toBe(1);
    expect(stderr).toBe(
      `aquasurf: port ${taken} on 127.0.0.1 is in use: choose another with --port, or --port 0 for a free one\n`,
    );
  });

  it('serves until Ctrl-C, then ends well', async () => {
    const monitor = cli.start('monitor', '--port', '0');
    const said = await monitor.says('(Ctrl-C stops)');
    const url = /http:\S+/.exec(said)?.[0] ?? '';
    expect((await fetch(url)).status).toBe(200);
    monitor.interrupt();
    expect((await monitor.ended).code).toBe(0);
  });
});

describe('worker and --wait', () => {
  const COMPUTES_NOTHING = ['worker', '--queues', 'schema-expansion,output-features', '--gpus', 'none'];

  it('populate a study together; Ctrl-C ends the worker well', async () => {
    await cli.run('study', 'create', 'demo', '--task', 'fashion-mnist/small-cnn', '--space', 'unary(x)');
    const worker = cli.start(...COMPUTES_NOTHING);
    await worker.says('one consumer on the CPU');
    const { code, stdout, stderr } = await cli.run('populate', 'demo', '--wait', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ spaces: 2, expanded: 2, complete: true });
    expect(stderr).toContain('output features');
    worker.interrupt();
    expect((await worker.ended).code).toBe(0);
    const summary = JSON.parse((await cli.run('summary', 'demo', '--json')).stdout);
    expect(summary).toMatchObject({ functions: 27, unique: 27 });
  });

  it('Ctrl-C ends the watching, not the work', async () => {
    const waiting = cli.start('populate', 'demo', '--fn', 'mish(x)', '--wait');
    await waiting.says('no consumer takes');
    waiting.interrupt();
    const { code, stderr } = await waiting.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/only the waiting ends: what is enqueued goes on\naquasurf: interrupted\n$/);
    expect(JSON.parse((await cli.run('study', 'show', 'demo', '--json')).stdout).progress.populate.spaces).toBe(3);
  });
});

describe('the device of a worker', () => {
  it('is told as TensorFlow lists it', async () => {
    const worker = cli.start('worker', '--queues', 'training', '--gpus', 'none');
    expect(await worker.says('computes on the CPU')).toMatch(
      /computes on the CPU: TensorFlow \d\S+ of tfjs-node.* lists CPU/,
    );
    worker.interrupt();
    expect((await worker.ended).code).toBe(0);
  });

  it('is not taken for a GPU because the driver lists one', async () => {
    const bin = join(cli.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'nvidia-smi'), '#!/bin/sh\necho "GPU 0: Stand-in (UUID: GPU-1)"\n', { mode: 0o755 });
    const gpu = { PATH: `${bin}:${process.env.PATH}`, AQUASURF_BACKEND: 'tfjs-node' };
    const refused = await cli.runWith(gpu, 'worker', '--gpus', '0', '--queues', 'training');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/no native TensorFlow was found for GPUs: .*`aquasurf backend install gpu`/);
    const worker = cli.startWith(gpu, 'worker', '--queues', 'training');
    await worker.says('computes on the CPU, not on GPU 0: TensorFlow');
    worker.interrupt();
    expect((await worker.ended).code).toBe(0);
  });
});

describe('without a native TensorFlow', () => {
  const bare = useCli({
    REDIS_URL,
    MONGODB_URI,
    AQUASURF_CACHE: join(cli.folder, 'empty-cache'),
    AQUASURF_BACKEND: 'tfjs-node-gpu',
  });

  it('a worker says how to get one instead of failing job after job', async () => {
    const { code, stderr } = await bare.run('worker');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^aquasurf: no native TensorFlow was found for tfjs-node-gpu: .*`aquasurf backend install gpu`.*\n$/,
    );
    const shown = await bare.run('backend', 'show');
    expect(shown.code).toBe(1);
    expect(shown.stderr).toMatch(/^aquasurf: no native TensorFlow was found[^\n]*\n$/);
  });
});
