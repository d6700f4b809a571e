import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { type HostRules, hostName, isAnswered } from './host-name.js';

/** Methods that change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Stands in front of every request.
 *
 * The Host header must be one of ours: else a web page whose name its owner lets resolve to our address could read
 * everything, or ask for the token in a window of its own (DNS rebinding).
 * With a token: HTTP basic authentication with it as password and any user, or `Authorization: Bearer`. Without one the
 * server listens on the loopback interface.
 * In both cases pages of other origins cannot change anything.
 */
export function guard({ token, hosts }: { token: string | undefined; hosts: HostRules }): MiddlewareHandler {
  return async (context, next) => {
    const { method } = context.req;
    const host = context.req.header('host');
    if (!isAnswered(hostName(host), hosts)) {
      return context.json({ error: 'this server does not answer to that name; --allow-host NAME lets it' }, 403);
    }
    if (token !== undefined && !carries(token, context.req.header('authorization'))) {
      return context.json(
        { error: 'give the token in AQUASURF_TOKEN as password, or as "Authorization: Bearer TOKEN"' },
        401,
        {
          'www-authenticate': 'Basic realm="aquasurf", charset="UTF-8"',
        },
      );
    }
    if (!SAFE_METHODS.has(method) && isForeign(context.req.header('origin'), host)) {
      return context.json({ error: 'a page of another origin may not change anything here' }, 403);
    }
    return next();
  };
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
