import { type Check, fail, ok } from './check.js';

/** Node 20.19: the first that loads ES modules by `require`, which some dependencies need. */
const OLDEST = [20, 19] as const;

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const recent = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return recent
    ? ok('Node', version)
    : fail('Node', `${version} is too old`, `install Node ${OLDEST.join('.')} or newer (https://nodejs.org)`);
}
