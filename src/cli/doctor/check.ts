/** What one check found. `fail`: something that is needed does not work; `warn`: it works, but not as it should. */
export interface Check {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  found: string;
  /** What to do about it; there unless all is well. */
  mend?: string;
}

export const ok = (name: string, found: string): Check => ({ name, status: 'ok', found });
export const warn = (name: string, found: string, mend: string): Check => ({ name, status: 'warn', found, mend });
export const fail = (name: string, found: string, mend: string): Check => ({ name, status: 'fail', found, mend });
