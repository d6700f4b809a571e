import { beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/store.js';
import { addTrials, hashOf, newStudy, useStore } from './test-store.js';

const store = useStore();

describe('a store', () => {
  test('says which server it is on and what time it is there', async () => {
    expect(await store().ping()).toMatch(/^(MongoDB \d|FerretDB v\d.*\(MongoDB \d)/);
    const first = await store().now();
    expect(first).toBeInstanceOf(Date);
    expect((await store().now()).getTime()).toBeGreaterThanOrEqual(first.getTime());
  });

  test('takes the database from the URI', () => {
    expect(store().database).toMatch(/^test-/);
  });

  test('that nobody answers for says so in one line, without the password', async () => {
    const opening = openStore({ uri: 'mongodb://me:secret@127.0.0.1:9/db', timeoutMs: 200 });
    await expect(opening).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:9'),
    });
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
    await expect(openStore({ uri: 'http://127.0.0.1' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('a malformed document is named, with its collection and field', () => {
  const spoil = (collection: string, _id: string, change: Record<string, unknown>) =>
    store().client.db(store().database).collection<{ _id: string }>(collection).updateOne({ _id }, { $set: change });

  beforeEach(async () => {
    await store()
      .studies.create(newStudy('spoilt'))
      .catch(() => {});
    await addTrials(store(), 'spoilt', 0, 1);
  });

  test('a study', async () => {
    await spoil('studies', 'spoilt', { 'search.state': 'asleep' });
    const expected = {
      code: 'DOCUMENT_INVALID',
      message: expect.stringMatching(/"spoilt".*"studies".*"search.state"/),
    };
    await expect(store().studies.get('spoilt')).rejects.toMatchObject(expected);
    await store()
      .studies.create(newStudy('sound'))
      .catch(() => {});
    const { studies, malformed } = await store().studies.list();
    expect(studies.map(({ _id }) => _id)).toEqual(['sound']);
    expect(malformed).toEqual([{ name: 'spoilt', error: expect.objectContaining(expected) }]);
  });

  test('a trial', async () => {
    const id = `spoilt:${hashOf(0)}`;
    await spoil('trials', id, { attempts: -1 });
    await expect(store().trials.get('spoilt', hashOf(0))).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      message: expect.stringMatching(new RegExp(`"${id}".*"trials".*"attempts"`)),
    });
  });
});
