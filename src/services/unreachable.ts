import { errorLine } from '../errors.js';
import type { Answer } from './server-kind.js';

/** What Node.js says of a certificate whose authority it does not know. */
const UNKNOWN_AUTHORITY = /self-signed certificate|unable to (verify the first|get (local )?issuer) certificate/;

/** The answer of a server that no connection reaches. */
export function unreachable(error: unknown): Answer {
  const line = errorLine(error);
  const fix = UNKNOWN_AUTHORITY.test(line) ? ' (NODE_EXTRA_CA_CERTS names the file of an authority of your own)' : '';
  return { usable: false, cause: 'unreachable', reason: `cannot be reached: ${line}${fix}` };
}
