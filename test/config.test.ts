import { describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.js';

const VALUES = {
  REDIS_URL: 'redis://:p@h:6379/2',
  MONGODB_URI: 'mongodb://u:p@h:27017/mine',
  AQUASURF_DIR: '/data',
  AQUASURF_CACHE: '/cache',
  XDG_CACHE_HOME: '/xdg',
  LOG_LEVEL: 'debug',
  AQUASURF_BACKEND: 'tfjs-node',
  AQUASURF_TOKEN: 'a token of some length',
};
const names = Object.keys(VALUES);
const withEach = (change: (value: string) => string) =>
  Object.fromEntries(Object.entries(VALUES).map(([name, value]) => [name, change(value)]));

describe('the environment', () => {
  it.each([
    ['a line break at the end', (value: string) => `${value}\n`],
    ['a line break of Windows', (value: string) => `${value}\r\n`],
    ['several line breaks', (value: string) => `\n${value}\n\n`],
    ['a byte order mark', (value: string) => `\uFEFF${value}`],
    ['spaces around it', (value: string) => ` ${value}\t`],
  ])('means the same with %s', (_, change) => {
    expect(loadConfig(withEach(change), '/here')).toEqual(loadConfig(VALUES, '/here'));
  });

  it.each(names)('is refused with a control character inside of %s, which is named and not shown', (name) => {
    for (const character of ['\n', '\r', '\t', '\u0007', '\u007f', '\u0085', '\u2028', '\uFEFF']) {
      const value = VALUES[name as keyof typeof VALUES];
      const wrong = { ...VALUES, [name]: `${value.slice(0, -1)}${character}${value.slice(-1)}` };
      const message = `environment variable ${name}: has a line break or another control character`;
      expect(() => loadConfig(wrong)).toThrow(message);
      expect(() => loadConfig(wrong)).not.toThrow(value.slice(0, -1));
    }
  });

  it.each(['', '\n', ' ', '\uFEFF\r\n'])('that holds %j is not set', (nothing) => {
    expect(
      loadConfig(
        withEach(() => nothing),
        '/here',
      ),
    ).toEqual(loadConfig({}, '/here'));
  });
});
