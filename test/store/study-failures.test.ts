import { expect, test } from 'vitest';
import { rankOf } from '../../src/domain/expression/rank.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import { MAX_ATTEMPTS } from '../../src/domain/trial.js';
import { studyFailures } from '../../src/store/reports/study-failures.js';
import { batchOf, newStudy, settings, useStore } from './test-store.js';

const store = useStore();

test('what failed for good is told with the function and the reason', async () => {
  const names = ['erf(x)', 'relu(x)', 'tanh(x)'];
  const functions = names.map((name) => ({
    ...{ name, hash: canonicalHash(outputFeatures(name)), rank: rankOf(name, 1), usable: true },
  }));
  const [erf = '', relu = '', tanh = ''] = functions.map(({ hash }) => hash);
  await store().functions.storeRange('schema-0123456789ab', batchOf(functions));
  const study = newStudy('failing');
  expect(await studyFailures(store(), study, 3)).toEqual([]);

  const batch = 'batch-1';
  const owed = [erf, relu].map((hash) => ({ hash }));
  await store().fisher.owe('failing', owed, { batch, generation: 0, settings });
  await store().fisher.record('failing', erf, { batch }, { state: 'failed', reason: 'out of memory' });
  const features = new Uint16Array([0, 65535]);
  await store().fisher.record('failing', relu, { batch }, { state: 'defined', features, settings, seconds: 1 });
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const slot = { number: 1, owner: 'worker', leaseMs: 60_000, fn: 'relu(x)' };
    const claim = await store().leases.claim('failing', relu, slot);
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
    await store().leases.fail('failing', relu, claim.lease.token, 'no such layer');
  }
  await store().retrainings.owe('failing', [{ hash: tanh, seed: 4 }]);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++)
    await store().retrainings.fail('failing', tanh, 4, 'killed');

  expect(await studyFailures(store(), study, 3)).toEqual([
    { work: 'Fisher features', fn: 'erf(x)', reason: 'out of memory' },
    { work: 'trial', fn: 'relu(x)', reason: 'no such layer' },
    { work: 'training', fn: 'tanh(x)', seed: 4, reason: 'killed' },
  ]);
});
