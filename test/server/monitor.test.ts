import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOB_NAMES } from '../../src/queues/jobs.js';
import { Queues } from '../../src/queues/queues.js';
import { type Monitor, startMonitor } from '../../src/server/monitor.js';
import { testServices } from '../support/services.js';

const TOKEN = 'correct horse battery staple';
const BEARER = { authorization: `Bearer ${TOKEN}` };
const { redisUrl } = testServices();
const queues = new Queues({ redisUrl, prefix: `monitor-test-${process.pid}` });

let open: Monitor;
let guarded: Monitor;

beforeAll(async () => {
  open = await startMonitor({ queues, port: 0 });
  guarded = await startMonitor({ queues, host: '0.0.0.0', port: 0, token: TOKEN, allowedHosts: ['Board.example.org'] });
});
afterAll(async () => {
  await open.close();
  await guarded.close();
  await queues.close();
});

interface Answer {
  status: number | undefined;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** By node:http, for fetch does not let anybody choose the Host header. */
function ask(monitor: Monitor, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const url = new URL(path, monitor.url.replace('0.0.0.0', '127.0.0.1'));
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('the monitor', () => {
  it('leads from / to /queues and serves Bull Board there', async () => {
    expect(await ask(open, '/')).toMatchObject({ status: 302, headers: { location: '/queues' } });
    const page = await ask(open, '/queues');
    expect(page.status).toBe(200);
    expect(page.body).toContain('<title>aquasurf</title>');
  });

  it('lists the five queues, and their jobs', async () => {
    await queues.enqueue('training', [{ study: 'demo', number: 1, generation: 0 }]);
    const { queues: shown } = JSON.parse((await ask(open, '/queues/api/queues?activeQueue=training')).body);
    expect(shown.map(({ name }: { name: string }) => name)).toEqual(JOB_NAMES);
    const training = shown.find(({ name }: { name: string }) => name === 'training');
    expect(training).toMatchObject({ counts: { waiting: 1 }, jobs: [{ data: { study: 'demo', number: 1 } }] });
    await queues.queue('training').obliterate();
  });

  it('gives its address, on the port that it got', () => {
    expect(open.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/queues$/);
  });

  it('loads nothing from other hosts and stands in no foreign frame', async () => {
    const policy = (await ask(open, '/queues')).headers['content-security-policy'];
    expect(policy).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
  });

  it('refuses a port that is in use, or takes a free one when told to', async () => {
    const port = Number(new URL(open.url).port);
    await expect(startMonitor({ queues, port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(`port ${port} on 127.0.0.1 is in use: choose another with --port`),
    });
    const other = await startMonitor({ queues, port, orFreePort: true });
    expect(new URL(other.url).port).not.toBe(String(port));
    await other.close();
  });
});

describe('on the loopback interface', () => {
  it.each(['localhost', 'localhost:9999', '127.0.0.1:3000', '127.8.9.1', '[::1]:3000', 'LOCALHOST'])(
    'it answers to the name %s: ports may be forwarded',
    async (host) => {
      expect((await ask(open, '/queues', { host })).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'evil.example:3000',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '192.168.0.1',
    hostname() === 'localhost' ? 'my.machine' : hostname(),
  ])('it does not answer to the name "%s" (DNS rebinding)', async (host) => {
    for (const path of ['/', '/queues', '/queues/api/queues', '/queues/static/js/x.js', '/nowhere']) {
      expect((await ask(open, path, { host })).status, path).toBe(403);
    }
  });

  it('lets no page of another origin change anything', async () => {
    const path = '/queues/api/queues/training/pause';
    const host = new URL(open.url).host;
    for (const origin of ['http://evil.example', 'null', 'http://localhost:1']) {
      expect((await ask(open, path, { origin }, 'PUT')).status, origin).toBe(403);
    }
    expect((await ask(open, path, { origin: `http://${host}` }, 'PUT')).status).toBe(200);
    expect((await ask(open, '/queues/api/queues/training/resume', {}, 'PUT')).status).toBe(200);
  });
});

describe('with a token', () => {
  const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  it('is needed to listen for other machines', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.org']) {
      await expect(startMonitor({ queues, host, port: 0 })).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('AQUASURF_TOKEN'),
      });
    }
  });

  it('is asked for, on every path', async () => {
    for (const path of ['/', '/queues', '/queues/api/queues', '/queues/static/x', '/nowhere']) {
      const { status, headers, body } = await ask(guarded, path);
      expect({ path, status }).toEqual({ path, status: 401 });
      expect(headers['www-authenticate']).toMatch(/^Basic realm=/);
      expect(body).not.toContain('training');
    }
  });

  it.each([
    ['as password of any user', basic('anybody', TOKEN)],
    ['as password of nobody', basic('', TOKEN)],
    ['as bearer', `Bearer ${TOKEN}`],
  ])('opens %s', async (_, authorization) => {
    expect((await ask(guarded, '/queues', { authorization })).status).toBe(200);
  });

  it.each([
    'board.example.org',
    'board.example.org:8443',
    '192.168.0.1:3000',
    '[fe80::1]:3000',
    'localhost',
    hostname(),
  ])('opens under the name %s', async (host) => {
    expect((await ask(guarded, '/queues', { ...BEARER, host })).status).toBe(200);
  });

  it.each(['evil.example', '127.0.0.1.evil.example', 'example.org', '1.2.3'])(
    'does not answer to the name %s, with the token or without, and asks for none there',
    async (host) => {
      for (const headers of [{}, BEARER]) {
        const { status, headers: answered } = await ask(guarded, '/queues', { ...headers, host });
        expect({ status, asks: answered['www-authenticate'] }).toEqual({ status: 403, asks: undefined });
      }
    },
  );

  it.each([
    ['another password', basic('anybody', `${TOKEN}x`)],
    ['a beginning of it', basic('anybody', TOKEN.slice(0, -1))],
    ['it as user', basic(TOKEN, '')],
    ['another bearer', 'Bearer wrong'],
    ['another scheme', `Digest ${TOKEN}`],
    ['the token alone', TOKEN],
    ['nothing', ''],
  ])('does not open with %s', async (_, authorization) => {
    expect((await ask(guarded, '/queues', { authorization })).status).toBe(401);
  });
});

describe('whoever sends', () => {
  const path = '/queues/api/queues/training/pause';
  const start = `PUT ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${TOKEN}\r\n`;

  it.each([
    ['a body slowly, with the token', `${start}content-length: 100\r\n\r\n{`, ' '],
    ['a body in pieces slowly, with the token', `${start}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
    ['headers slowly', 'GET / HTTP/1.1\r\n', 'x: y\r\n'],
    ['nothing', '', ''],
  ])('%s is cut off', async (_, first, then) => {
    const hasty = await startMonitor({ queues, port: 0, token: TOKEN, requestTimeoutMs: 300 });
    const socket = connect(Number(new URL(hasty.url).port), '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume().write(first);
    const drip = setInterval(() => socket.write(then), 50);
    await closed;
    clearInterval(drip);
    await hasty.close();
  });

  it('a body or headers beyond all need is refused', async () => {
    expect((await ask(guarded, '/', { ...BEARER, cookie: 'x'.repeat(20_000) })).status).toBe(431);
    const socket = connect(Number(new URL(guarded.url).port), '127.0.0.1');
    socket.write(`${start}content-length: 300000\r\n\r\n{`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
    socket.destroy();
  });
});
