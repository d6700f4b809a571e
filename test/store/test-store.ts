import { afterAll, beforeAll } from 'vitest';
import type { FunctionBatch } from '../../src/domain/enumeration/function-batch.js';
import { PAPER_SURROGATE } from '../../src/domain/surrogate/settings.js';
import type { FisherSettings, StudyDoc } from '../../src/store/documents.js';
import { openStore, type Store, type StoreOptions } from '../../src/store/store.js';
import { testServices } from '../support/services.js';

/** A URI of the test server with a database of its own. */
export const freshUri = (): string => testServices().mongodbUri;

/** A store on a database of its own for the tests of one file, dropped after them. */
export function useStore(options: Pick<StoreOptions, 'client'> = {}): () => Store {
  let store: Store;
  beforeAll(async () => {
    store = await openStore({ uri: freshUri(), ...options });
  });
  afterAll(async () => {
    await store.client.db(store.database).dropDatabase();
    await store.close();
  });
  return () => store;
}

export const settings: FisherSettings = { seed: 42, batchSize: 100, floor: 1e-6 };

/** A canonical hash made up from a number. */
export const hashOf = (i: number): string => i.toString(16).padStart(32, '0');

export function newStudy(name: string, changes: Partial<StudyDoc> = {}): StudyDoc {
  return {
    _id: name,
    task: { name: 'fashion-mnist/small-cnn', sourceHash: 'abc' },
    operators: 'standard@1',
    spaces: ['schema-0123456789ab'],
    baselines: [hashOf(0)],
    metric: 'valAcc',
    direction: 'max',
    seed: 1,
    fisher: settings,
    surrogate: PAPER_SURROGATE,
    search: {
      state: 'none',
      trials: 0,
      parallel: null,
      deadline: null,
      patience: null,
      doneBefore: 0,
      reason: null,
      generation: 0,
    },
    embeddingGeneration: 0,
    createdAt: new Date(0),
    ...changes,
  };
}

/** Trials `from` to `to` (excluded) with defined Fisher features, waiting. */
export async function addTrials(store: Store, study: string, from: number, to: number): Promise<string[]> {
  const hashes = Array.from({ length: to - from }, (_, i) => hashOf(from + i));
  const batch = `batch-${from}`;
  await store.fisher.owe(
    study,
    hashes.map((hash) => ({ hash })),
    { batch, generation: 0, settings },
  );
  await Promise.all(
    hashes.map((hash) =>
      store.fisher.record(
        study,
        hash,
        { batch },
        { state: 'defined', features: new Uint16Array([1, 2, 65535]), settings, seconds: 1 },
      ),
    ),
  );
  return hashes;
}

/** What a worker reports. */
export function run(valAcc: number, changes: { seed?: number; valLoss?: number } = {}) {
  const { seed = 0, valLoss = 1 - valAcc } = changes;
  return {
    seed,
    result: { valAcc, valLoss, testAcc: valAcc, testLoss: 0.5, trainAcc: valAcc, trainLoss: 0.5, runtime: 2 },
    history: [{ loss: 0.5, valAcc }],
    worker: 'worker-1',
  };
}

/** Claims and asserts that it got the trial. */
export async function claimed(store: Store, study: string, hash: string, number: number, leaseMs = 60_000) {
  const claim = await store.leases.claim(study, hash, { number, owner: `worker-${number}`, leaseMs, fn: 'f(x)' });
  if (claim.outcome !== 'claimed') throw new Error(`the claim of ${hash} ended ${claim.outcome}`);
  return claim.lease.token;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One name of one function. */
export interface NamedFunction {
  name: string;
  hash: string;
  rank: string;
  usable: boolean;
}

/** What an output-features job stores, made of functions one by one. */
export function batchOf(functions: readonly NamedFunction[]): FunctionBatch {
  const hashes = [...new Set(functions.map(({ hash }) => hash))];
  const places = new Map(hashes.map((hash, place) => [hash, place]));
  const members = hashes.map((hash) => functions.filter((entry) => entry.hash === hash));
  return {
    names: functions.map(({ name }) => name),
    classOf: Uint32Array.from(functions, ({ hash }) => places.get(hash)!),
    hashes,
    ranks: members.map((entries) => entries.map(({ rank }) => rank).sort()[0]!),
    usable: members.map(([entry]) => entry!.usable),
  };
}
