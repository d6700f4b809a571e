import type { CommandStartedEvent, Document } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rankOf } from '../../src/domain/expression/rank.js';
import { openStore } from '../../src/store/store.js';
import { addTrials, batchOf, claimed, freshUri, hashOf, newStudy, run, settings, useStore } from './test-store.js';

/**
 * Normal work is done once on a store with some thousand documents while the driver tells each command; then the server
 * explains each filter. So a query that is added to the store and used here cannot be forgotten.
 */
const store = useStore({ client: { monitorCommands: true } });
const asked = new Map<string, { collection: string; filter: Document; sort: Document | undefined }>();

/** Reads all of a collection on purpose: there are few studies. */
const WHOLE = new Set(['studies {}']);

beforeAll(async () => {
  const many = Array.from({ length: 2000 }, (_, i) => i);
  for (const name of ['work', 'other']) await store().studies.create(newStudy(name));
  await store().functions.storeRange(
    'schema-0123456789ab',
    batchOf(many.map((i) => ({ name: `f${i}(x)`, hash: hashOf(i), rank: rankOf(`f${i}(x)`, 1), usable: i % 10 > 0 }))),
  );
  await store().spaces.ensureRanges(many.map((i) => ({ space: 'schema-0123456789ab', from: i, to: i + 1 })));
  for (const study of ['work', 'other', 'third']) {
    const entries = many.slice(0, 1000).map((i) => ({ hash: hashOf(i) }));
    await store().fisher.owe(study, entries, { batch: 'b', generation: 0, settings });
  }
  store().client.on('commandStarted', remember);
  await normalWork();
});

afterAll(() => {
  store().client.off('commandStarted', remember);
});

function remember({ command }: CommandStartedEvent): void {
  const note = (collection: string, filter: Document, sort?: Document) => {
    const shape = JSON.stringify({ ...filter, ...sort }, (key, value) =>
      key.startsWith('$') || typeof value === 'object' ? value : '?',
    );
    asked.set(`${collection} ${shape}`, { collection, filter, sort });
  };
  if (command.find) note(command.find, command.filter ?? {}, command.sort);
  if (command.findAndModify) note(command.findAndModify, command.query, command.sort);
  if (command.aggregate && command.pipeline[0].$match) note(command.aggregate, command.pipeline[0].$match);
  for (const { q } of command.updates ?? []) note(command.update, q);
  for (const { q } of command.deletes ?? []) note(command.delete, q);
}

/** Every method of the store. */
async function normalWork(): Promise<void> {
  const { studies, spaces, functions, trials, fisher, leases, results, runs, embeddings } = store();
  const space = 'schema-0123456789ab';
  const [first = '', second = '', third = ''] = await addTrials(store(), 'work', 5000, 5010);
  await studies.get('work');
  await studies.list();
  await studies.addSpaces('work', [space]);
  await studies.startSearch('work', { trials: 1, parallel: null, deadline: null, patience: null, doneBefore: 0 });
  await studies.setSearchState('work', ['running'], 'paused');
  await studies.raiseSearchGeneration('work', 1);
  await spaces.put({
    _id: space,
    operators: 'standard@1',
    schema: 'unary(x)',
    size: '27',
    generation: 0,
    state: 'wanted' as const,
  });
  await spaces.getMany([space]);
  await spaces.unexpanded([space]);
  await spaces.raiseGeneration(space, 0);
  await spaces.markExpanded(space);
  await spaces.owedRanges([space], 10);
  await spaces.markRangeDone(`${space}-0-1`);
  await spaces.raiseRangeGeneration(`${space}-0-1`, 0);
  await spaces.progress([space]);
  const better = { name: 'f1(x)', hash: hashOf(1), rank: rankOf('x', 0), usable: true };
  await functions.storeRange(space, batchOf([better]));
  await functions.storeRange('schema-ba9876543210', batchOf([better]));
  await functions.findByName('f1(x)');
  await functions.aliases(hashOf(1), 10);
  await functions.countAliases([space]);
  await functions.countUnique([space]);
  await functions.isIn([space], hashOf(1));
  await functions.hashesFrom([space], { usable: true, limit: 10 });
  await functions.hashesFrom([space, 'list-0123456789ab'], { usable: true, after: hashOf(10), limit: 10 });
  await functions.outputs([hashOf(1)]);
  await functions.names([hashOf(1)]);
  await functions.aliasesWith(hashOf(1), 'mine@1/');
  await fisher.owe('work', [{ hash: hashOf(1) }], { batch: 'c', generation: 0, settings });
  await fisher.owe('work', [{ hash: hashOf(1) }], { batch: 'c', generation: 0, settings, fromScratch: true });
  await fisher.owed('work');
  await fisher.owed('work', { batch: 'b' });
  await fisher.owed('work', { hashes: [hashOf(1)] });
  await fisher.owedBatches('work');
  await fisher.raiseGeneration('work', 'b', 0);
  await trials.fixExpression('work', first, 'f(x)');
  await fisher.counts('work');
  await fisher.definedHashes('work');
  await fisher.features('work', [first]);
  await trials.candidates('work');
  const token = await claimed(store(), 'work', first, 1);
  await leases.extend('work', first, token, 1000);
  await leases.release('work', first, token);
  await leases.fail('work', first, await claimed(store(), 'work', first, 1), 'no');
  await results.report('work', first, await claimed(store(), 'work', first, 1), run(0.5));
  await results.reportOutside('work', first, 'f(x)', run(0.6, { seed: 1 }));
  await results.reportOutside('work', second, 'g(x)', run(0.6));
  await results.reportOutside('work', hashOf(1500), 'f1500(x)', run(0.6));
  await claimed(store(), 'work', third, 9, 1);
  await trials.running('work');
  await leases.expire();
  await leases.expire('work');
  await trials.resetFailed('work');
  await trials.finished('work');
  await trials.best('work', 5, 'valAcc', 'max');
  await trials.lowestFreeNumber('work');
  await trials.statusCounts('work');
  await runs.get('work', first, 0);
  await runs.of('work', first);
  await embeddings.put('work', { version: 1, hashes: [first], points: new Float32Array(2) });
  await embeddings.put('work', { version: 2, hashes: [first], points: new Float32Array(2) });
  await embeddings.put('work', { version: 3, hashes: [first], points: new Float32Array(2) });
  await embeddings.latest('work');
  await embeddings.latestVersion('work');
  await embeddings.clear('work');
  await trials.softClean('work');
  await trials.clean('work');
  await studies.delete('other');
}

/** Whether a plan reads a collection from end to end, on MongoDB or on FerretDB (PostgreSQL). */
function readsWholeCollection(plan: unknown): boolean {
  if (typeof plan !== 'object' || plan === null) return false;
  const node = plan as Document;
  if (node.stage === 'COLLSCAN' || node['Node Type'] === 'Seq Scan') return true;
  // All documents of a collection share the shard key: the primary index without a condition on the _id.
  const condition = String(node['Index Cond'] ?? '');
  if (node['Index Name'] === '_id_' && !condition.includes('object_id')) return true;
  return Object.values(node).some(readsWholeCollection);
}

function usesIndex(plan: unknown): boolean {
  return /IXSCAN|IDHACK|EXPRESS|Index Scan|"Index Name"/.test(JSON.stringify(plan));
}

async function explain(collection: string, filter: Document, sort?: Document): Promise<Document> {
  const find = { find: collection, filter, ...(sort ? { sort } : {}) };
  const { queryPlanner } = await store()
    .client.db(store().database)
    .command({ explain: find, verbosity: 'queryPlanner' });
  // Plans that were thought of and not taken do not matter.
  const { rejectedPlans: _, ...chosen } = queryPlanner;
  return chosen;
}

test('every query of normal work uses an index', async () => {
  expect(asked.size).toBeGreaterThan(50);
  const slow: string[] = [];
  for (const [shape, { collection, filter, sort }] of asked) {
    if (WHOLE.has(shape)) continue;
    const plan = await explain(collection, filter, sort);
    if (readsWholeCollection(plan) || !usesIndex(plan)) slow.push(shape);
  }
  expect(slow).toEqual([]);
});

test('the check knows a query that uses none', async () => {
  for (const filter of [{ error: 'none' }, { 'fisher.seconds': 7 }]) {
    expect(readsWholeCollection(await explain('trials', filter))).toBe(true);
  }
});

test('opening a new database from several processes at once, and again, makes the indexes once', async () => {
  const uri = freshUri();
  const stores = await Promise.all(Array.from({ length: 6 }, () => openStore({ uri })));
  stores.push(await openStore({ uri }));
  const db = stores[0]!.client.db(stores[0]!.database);
  expect((await db.collection('trials').indexes()).map(({ name }) => name)).toContain('one-trial-a-number');
  await db.dropDatabase();
  await Promise.all(stores.map((each) => each.close()));
});
