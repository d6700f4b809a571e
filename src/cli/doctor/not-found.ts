import type { ServerKind } from '../../services/server-kind.js';
import { shownUrl } from '../../shown-url.js';
import type { Location } from '../servers/locate-service.js';
import { type Check, fail, warn } from './check.js';

/** A server that a variable names must answer; without one, commands that need it start their own. */
export function notFound({ title, variable, waysByHand }: ServerKind, { url, origin, answer }: Location): Check {
  const reason = answer.usable ? '' : answer.reason;
  if (origin === 'url') {
    return fail(title, `${shownUrl(url)} ${reason}`, `correct or unset ${variable}`);
  }
  const found = `none runs (${shownUrl(url)} ${reason}); commands that need it try to start one`;
  return warn(title, found, waysByHand.join('; or '));
}
