/**
 * The URI with `database` in its path, unless it names one. MongoDB looks a user up in the database of the path when
 * there is one and in `admin` otherwise: adding a path must not change where the user is looked up.
 */
export function withDatabase(uri: string, database: string): string {
  const match = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(uri);
  if (!match) return uri;
  const [, hosts = '', path = '', query = ''] = match;
  if (path !== '') return uri;
  const options = query.split('&').filter((option) => option !== '');
  const names = options.map((option) => option.split('=', 1)[0]?.toLowerCase());
  const hasUser = hosts.includes('@');
  if (hasUser && !names.includes('authsource') && !names.includes('authmechanism')) options.push('authSource=admin');
  return `${hosts}/${database}${options.length > 0 ? `?${options.join('&')}` : ''}`;
}
