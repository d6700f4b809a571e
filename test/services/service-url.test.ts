import { describe, expect, it } from 'vitest';
import { withDatabase } from '../../src/services/service-url.js';
import { shownUrl } from '../../src/shown-url.js';

describe('withDatabase', () => {
  it.each([
    ['mongodb://h', 'mongodb://h/aquasurf'],
    ['mongodb://h:27017/', 'mongodb://h:27017/aquasurf'],
    ['mongodb://a:1,b:2/?replicaSet=r', 'mongodb://a:1,b:2/aquasurf?replicaSet=r'],
    ['mongodb://h?tls=true', 'mongodb://h/aquasurf?tls=true'],
    ['mongodb+srv://h', 'mongodb+srv://h/aquasurf'],
  ])('names a database where there is none: %s', (uri, expected) => {
    expect(withDatabase(uri, 'aquasurf')).toBe(expected);
  });

  it.each(['mongodb://h/mine', 'mongodb://u:p@h/mine?tls=true'])('keeps the one that is named: %s', (uri) => {
    expect(withDatabase(uri, 'aquasurf')).toBe(uri);
  });

  it('leaves users where they were looked up before', () => {
    expect(withDatabase('mongodb://u:p@h/', 'aquasurf')).toBe('mongodb://u:p@h/aquasurf?authSource=admin');
    expect(withDatabase('mongodb://u:p@h/?authSource=x', 'aquasurf')).toBe('mongodb://u:p@h/aquasurf?authSource=x');
    const certificate = 'mongodb://u@h/?authMechanism=MONGODB-X509';
    expect(withDatabase(certificate, 'aquasurf')).toBe('mongodb://u@h/aquasurf?authMechanism=MONGODB-X509');
  });
});

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
