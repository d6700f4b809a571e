import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Methods that change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Pages load nothing from elsewhere (Bull Board names a font host, which would learn of each visit; its fallback fonts
 * serve) and stand in no foreign frame, where clicks can be stolen.
 */
const PAGE_LIMITS = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'",
  'x-content-type-options': 'nosniff',
};

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * A fastify hook in front of every request.
 *
 * With a token: HTTP basic authentication with it as password and any user, or `Authorization: Bearer`.
 * Without one the server listens on the loopback interface, and the Host header must name it: else a web page whose
 * name its owner lets resolve to 127.0.0.1 could read everything (DNS rebinding).
 * In both cases pages of other origins cannot change anything.
 */
export function guard({ token }: { token: string | undefined }) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    reply.headers(PAGE_LIMITS);
    if (token !== undefined && !carries(token, request.headers.authorization)) {
      return reply
        .code(401)
        .header('www-authenticate', 'Basic realm="aquasurf", charset="UTF-8"')
        .send({ error: 'give the token in AQUASURF_TOKEN as password, or as "Authorization: Bearer TOKEN"' });
    }
    if (token === undefined && !isLoopback(hostName(request.headers.host))) {
      return reply.code(403).send({ error: 'this server answers to localhost and 127.0.0.1 only' });
    }
    if (!SAFE_METHODS.has(request.method) && isForeign(request.headers.origin, request.headers.host)) {
      return reply.code(403).send({ error: 'a page of another origin may not change anything here' });
    }
    return undefined;
  };
}

/** `localhost:3000` → `localhost`. Ports do not matter: they may be forwarded. */
function hostName(header: string | undefined): string {
  return (header ?? '').replace(/:\d+$/, '').toLowerCase();
}

function isForeign(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase();
}

function carries(token: string, authorization: string | undefined): boolean {
  const [, scheme = '', credentials = ''] = /^(\w+) +(.+)$/.exec(authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return sameSecret(credentials.trim(), token);
    case 'basic': {
      const pair = Buffer.from(credentials, 'base64').toString('utf8');
      return sameSecret(pair.slice(pair.indexOf(':') + 1), token);
    }
    default:
      return false;
  }
}

/** Digests have equal lengths, so that neither the secret's length nor its first difference shows in the time taken. */
function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
