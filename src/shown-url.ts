import { plainText } from './plain-text.js';

const LONGEST = 500;

/** An address without user, password and options, fit to be shown: `mongodb://host:27017/name`. */
export function shownUrl(url: string): string {
  const [, scheme = '', rest = ''] = /^([a-z+]+:\/\/)(.*)$/is.exec(url) ?? [];
  const withoutOptions = rest.replace(/\?[^@]*$/s, '');
  return plainText(`${scheme}${withoutOptions.slice(withoutOptions.lastIndexOf('@') + 1)}`, LONGEST);
}
