import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Which names a server answers to, beside `localhost` and the loopback addresses. */
export interface HostRules {
  /** Other machines reach it: by any address, by this machine's name, and by `allowed`. */
  isPublic: boolean;
  allowed: readonly string[];
}

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The name in a Host header: `[::1]:3000` → `::1`. Ports do not matter: they may be forwarded. */
export function hostName(header: string | undefined): string {
  const name = (header ?? '').replace(/:\d+$/, '').toLowerCase();
  return /^\[(.*)\]$/.exec(name)?.[1] ?? name;
}

/** An address in numbers is nobody's name, so that no page can be served under it from elsewhere. */
export function isAnswered(name: string, { isPublic, allowed }: HostRules): boolean {
  if (isLoopback(name) || allowed.some((other) => other.toLowerCase() === name)) return true;
  return isPublic && (isIP(name) !== 0 || name === hostname().toLowerCase());
}
