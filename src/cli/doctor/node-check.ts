import { type Check, fail, ok } from './check.js';

/** The first of each line that loads ES modules by `require`, which some dependencies need; `engines` says the same. */
const OLDEST: Record<number, number> = { 20: 19, 22: 12 };
const ALL_FROM = 23;

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const recent = major >= ALL_FROM || minor >= (OLDEST[major] ?? Number.POSITIVE_INFINITY);
  return recent
    ? ok('Node', version)
    : fail('Node', `${version} is too old`, 'install Node 20.19, 22.12 or newer (https://nodejs.org)');
}
