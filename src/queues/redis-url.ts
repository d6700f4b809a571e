/**
 * What is wrong with the address of a Redis, completing "Redis at ADDRESS ..."; undefined for a right one. The client would
 * leave out or misread such a part without a word, and work on another server or database.
 */
export function redisUrlFault(url: string): string | undefined {
  if (!/^rediss?:\/\//.test(url)) return 'does not begin with redis:// or rediss://';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
  if (/[\s\u0000-\u001f\u007f]/.test(url)) return 'has a space, line break or control character in it';
  if (!URL.canParse(url)) return 'is no URL: expected redis://[user:password@]host:port[/db]';
  const parsed = new URL(url);
  if (parsed.hostname === '') return 'names no host: expected redis://[user:password@]host:port[/db]';
  if (parsed.port === '0') return 'has port 0: expected 1 to 65535';
  if (url.includes('#')) return 'has a fragment, which means nothing here: write "#" in a password as %23';
  if (!isDecodable(parsed.username) || !isDecodable(parsed.password)) {
    return 'has a "%" in its user or password that encodes nothing: write it as %25';
  }
  const database = parsed.pathname.replace(/^\//, '');
  if (!/^(0|[1-9]\d{0,8})?$/.test(database)) {
    return `names the database "${database}": expected a number, as in redis://host:port/2`;
  }
  for (const [name, value] of parsed.searchParams) {
    // The kind of internet address that a name is looked up for: what the client reads as it is meant.
    if (name !== 'family') return `has the parameter "${name}", which means nothing here: leave it out`;
    if (!/^[046]$/.test(value)) return `has family=${value}: expected 0, 4 or 6`;
  }
  return undefined;
}

/** The number of the database that the URL names. @param url one without fault */
export const redisDatabase = (url: string): number => Number(new URL(url).pathname.slice(1));

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
