import { describe, expect, it } from 'vitest';
import { shownUrl } from '../src/shown-url.js';

describe('shownUrl', () => {
  it.each([
    ['redis://host:1', 'redis://host:1'],
    ['redis://user:secret@host:1/2', 'redis://host:1/2'],
    ['redis://:se/cr@et@host:1', 'redis://host:1'],
    ['mongodb://u:secret@a:1,b:2/db?tlsCertificateKeyFilePassword=secret', 'mongodb://a:1,b:2/db'],
  ])('%s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });
});
