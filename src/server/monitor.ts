import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { fastify } from 'fastify';
import { AquasurfError } from '../errors.js';
import type { Queues } from '../queues/queues.js';
import { guard, isLoopback } from './guard.js';

interface MonitorOptions {
  queues: Queues;
  /** @defaultValue '127.0.0.1' */
  host?: string | undefined;
  /** 0 takes a free port. */
  port: number;
  /** Asked for where it is given; needed on every address but the loopback ones. */
  token?: string | undefined;
  /** Take a free port where `port` is in use. @defaultValue false */
  orFreePort?: boolean;
}

export interface Monitor {
  /** Of the page for people. */
  url: string;
  close: () => Promise<void>;
}

/** Where Bull Board lives. */
const BASE_PATH = '/queues';

/**
 * Serves Bull Board with the queues of the pipeline.
 * @throws AquasurfError PORT_IN_USE, USAGE for an address that is not ours or that a token must guard
 */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { queues, host = '127.0.0.1', port, token } = options;
  checkAccess(host, token);
  try {
    return await listen(queues, host, port, token);
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE' && options.orFreePort) return listen(queues, host, 0, token);
    throw explained(error, host, port);
  }
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

async function listen(queues: Queues, host: string, port: number, token: string | undefined): Promise<Monitor> {
  // Browsers keep connections open; closing must not wait for them.
  const app = fastify({ forceCloseConnections: true });
  app.addHook('onRequest', guard({ token }));
  const board = new FastifyAdapter();
  createBullBoard({
    queues: queues.all().map((queue) => new BullMQAdapter(queue)),
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'aquasurf' } },
  });
  board.setBasePath(BASE_PATH);
  await app.register(board.registerPlugin(), { prefix: BASE_PATH });
  app.get('/', (_request, reply) => reply.redirect(BASE_PATH));
  await app.listen({ host, port });
  const address = app.server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${shownHost}:${bound}${BASE_PATH}`, close: () => app.close() };
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
