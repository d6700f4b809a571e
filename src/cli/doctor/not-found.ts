import type { Config } from '../../config.js';
import { type ServerKind, waysByHand } from '../../services/server-kind.js';
import { planFirst } from '../../services/server-source.js';
import { shownUrl } from '../../shown-url.js';
import type { Location } from '../servers/locate-service.js';
import { type Check, fail, ok } from './check.js';

/** A server that a variable names must answer; where none is named, commands start their own if they can. */
export async function notFound(kind: ServerKind, config: Config, { url, origin, answer }: Location): Promise<Check> {
  const { title, variable } = kind;
  const reason = answer.usable ? '' : answer.reason;
  if (origin === 'url') return fail(title, `${shownUrl(url)} ${reason}`, `correct or unset ${variable}`);
  const none = `none runs (${shownUrl(url)} ${reason})`;
  const { plan, reasons } = await planFirst(kind, config);
  return plan === undefined
    ? fail(title, `${none}, and none can be started: ${reasons.join('; ')}`, waysByHand(kind))
    : ok(title, `${none}; the first command that needs one will ${plan.does}`);
}
