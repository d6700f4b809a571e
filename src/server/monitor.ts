import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { AquasurfError, errorLine } from '../errors.js';
import type { Queues } from '../queues/queues.js';
import { guard } from './guard.js';
import { isLoopback } from './host-name.js';

interface MonitorOptions {
  queues: Queues;
  /** @defaultValue '127.0.0.1' */
  host?: string | undefined;
  /** 0 takes a free port. */
  port: number;
  /** Asked for where it is given; needed on every address but the loopback ones. */
  token?: string | undefined;
  /** Names under which people reach the server, beside the machine's own. */
  allowedHosts?: readonly string[] | undefined;
  /** Take a free port where `port` is in use. @defaultValue false */
  orFreePort?: boolean;
  /** Time for a request to arrive whole, in milliseconds. @defaultValue 15000 */
  requestTimeoutMs?: number | undefined;
}

export interface Monitor {
  /** Of the page for people. */
  url: string;
  close: () => Promise<void>;
}

/** Where Bull Board lives. */
const BASE_PATH = '/queues';

/** What a page sends is a job's data at most, which are ranges and names. */
const LARGEST_BODY = 256 * 1024;
const LARGEST_HEADERS = 16 * 1024;
const MOST_CONNECTIONS = 256;
/** A connection over which nothing goes in or out for this long is closed. */
const IDLE_MS = 60_000;

/**
 * Serves Bull Board with the queues of the pipeline.
 * @throws AquasurfError PORT_IN_USE, USAGE for an address that is not ours or that a token must guard
 */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { host = '127.0.0.1', port, token } = options;
  checkAccess(host, token);
  const server = createServerFor(options, host);
  try {
    await listen(server, host, port).catch((error) => {
      if (codeOf(error) === 'EADDRINUSE' && options.orFreePort) return listen(server, host, 0);
      throw error;
    });
  } catch (error) {
    throw explained(error, host, port);
  }
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shownHost}:${(server.address() as AddressInfo).port}${BASE_PATH}`,
    close: () => close(server),
  };
}

/**
 * Bull Board shows and changes jobs, so what other machines reach needs a token.
 * @throws AquasurfError USAGE
 */
export function checkAccess(host: string, token: string | undefined): void {
  if (token !== undefined || isLoopback(host)) return;
  throw new AquasurfError(
    'USAGE',
    `host ${host} can be reached from other machines: set AQUASURF_TOKEN (at least 16 characters) to guard it, or leave --host away`,
  );
}

function createServerFor(options: MonitorOptions, host: string): Server {
  const { queues, token, allowedHosts = [], requestTimeoutMs = 15_000 } = options;
  const app = new Hono();
  // Pages load nothing from elsewhere (Bull Board names a font host, which would learn of each visit; its fallback fonts
  // serve) and stand in no foreign frame, where clicks can be stolen.
  const contentSecurityPolicy = {
    defaultSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    frameAncestors: ["'none'"],
    baseUri: ["'self'"],
  };
  app.use(secureHeaders({ contentSecurityPolicy, strictTransportSecurity: false, referrerPolicy: 'same-origin' }));
  app.use(guard({ token, hosts: { isPublic: !isLoopback(host), allowed: [host, ...allowedHosts] } }));
  app.use(
    bodyLimit({ maxSize: LARGEST_BODY, onError: (context) => context.json({ error: 'the body is too long' }, 413) }),
  );
  app.onError((error, context) => context.json({ error: errorLine(error) }, 500));
  app.notFound((context) => context.json({ error: `nothing is here: see ${BASE_PATH}` }, 404));

  const board = new HonoAdapter(serveStatic);
  createBullBoard({
    queues: queues.all().map((queue) => new BullMQAdapter(queue)),
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'aquasurf' } },
  });
  board.setBasePath(BASE_PATH);
  app.route(BASE_PATH, board.registerPlugin());
  app.get('/', (context) => context.redirect(BASE_PATH));

  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: requestTimeoutMs / 10,
      maxHeaderSize: LARGEST_HEADERS,
    },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(IDLE_MS);
  return server;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Browsers keep connections open; closing does not wait for them. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function explained(error: unknown, host: string, port: number): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new AquasurfError(
        'PORT_IN_USE',
        `port ${port} on ${host} is in use: choose another with --port, or --port 0 for a free one`,
        { cause: error },
      );
    case 'EACCES':
      return new AquasurfError('FAILED', `port ${port} needs privileges: choose one above 1023 with --port`, {
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new AquasurfError('USAGE', `${host} is not an address of this machine: choose another with --host`, {
        cause: error,
      });
    default:
      return error;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
