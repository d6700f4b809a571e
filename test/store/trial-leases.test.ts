import { describe, expect, test } from 'vitest';
import { deadlyReason, MAX_ATTEMPTS, MAX_EXPIRIES, statusAfter } from '../../src/domain/trial.js';
import { testSize } from '../support/test-size.js';
import { addTrials, claimed, hashOf, run, sleep, useStore } from './test-store.js';

const store = useStore();
const slot = (number: number, leaseMs = 60_000) => ({ number, owner: `worker-${number}`, leaseMs, fn: 'f(x)' });

describe('a claim', () => {
  test('of a waiting trial makes it running, with a lease by the database’s clock', async () => {
    const [hash = ''] = await addTrials(store(), 'claim', 0, 1);
    const before = await store().now();
    const claim = await store().leases.claim('claim', hash, slot(1, 60_000));
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
    expect(claim.trial).toMatchObject({
      hash,
      status: 'running',
      number: 1,
      attempts: 1,
      lease: { owner: 'worker-1' },
    });
    expect(claim.trial.fisher.features).toBeUndefined();
    const length = claim.lease.expiresAt.getTime() - before.getTime();
    expect(length).toBeGreaterThanOrEqual(60_000);
    expect(length).toBeLessThan(70_000);
    expect(await store().leases.claim('claim', hash, slot(2))).toEqual({ outcome: 'taken' });
    expect(await store().leases.claim('claim', hashOf(99), slot(2))).toEqual({ outcome: 'taken' });
  });

  test('keeps an owner’s name that looks like an expression of the database', async () => {
    const [hash = ''] = await addTrials(store(), 'literal', 0, 1);
    const claim = await store().leases.claim('literal', hash, {
      number: 1,
      owner: '$attempts',
      leaseMs: 1000,
      fn: 'f(x)',
    });
    expect(claim).toMatchObject({ outcome: 'claimed', lease: { owner: '$attempts' } });
  });

  test('of a number that a running or done trial has is refused, and changes nothing', async () => {
    const [a = '', b = ''] = await addTrials(store(), 'numbers', 0, 2);
    const token = await claimed(store(), 'numbers', a, 1);
    expect(await store().leases.claim('numbers', b, slot(1))).toEqual({ outcome: 'number-taken' });
    await store().results.report('numbers', a, token, run(0.5));
    expect(await store().leases.claim('numbers', b, slot(1))).toEqual({ outcome: 'number-taken' });
    expect(await store().trials.get('numbers', b)).toMatchObject({ status: 'waiting', number: null, attempts: 0 });
    expect(await store().trials.takenNumbers('numbers')).toEqual([1]);
    expect(await store().trials.lowestFreeNumber('numbers')).toBe(2);
  });

  test('of one number is free in another study', async () => {
    const [a = ''] = await addTrials(store(), 'mine', 0, 1);
    const [b = ''] = await addTrials(store(), 'yours', 0, 1);
    await claimed(store(), 'mine', a, 1);
    await claimed(store(), 'yours', b, 1);
  });

  test('of twenty workers on five trials succeeds once for each trial', async () => {
    for (let round = 0; round < testSize({ small: 3, full: 50 }); round++) {
      const study = `race-${round}`;
      const hashes = await addTrials(store(), study, 0, 5);
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store().leases.claim(study, hashes[i % 5] ?? '', slot(i + 1))),
      );
      const won = claims.filter(({ outcome }) => outcome === 'claimed');
      expect(won).toHaveLength(5);
      expect(claims.filter(({ outcome }) => outcome === 'taken')).toHaveLength(15);
      expect(await store().trials.statusCounts(study)).toEqual({ waiting: 0, running: 5, done: 0, failed: 0 });
      expect((await store().trials.running(study)).every(({ attempts }) => attempts === 1)).toBe(true);
    }
  });

  test('of twenty workers for one number succeeds once', async () => {
    for (let round = 0; round < testSize({ small: 3, full: 50 }); round++) {
      const study = `slot-${round}`;
      const hashes = await addTrials(store(), study, 0, 20);
      const claims = await Promise.all(hashes.map((hash) => store().leases.claim(study, hash, slot(7))));
      expect(claims.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
      expect(claims.filter(({ outcome }) => outcome === 'number-taken')).toHaveLength(19);
    }
  });
});

describe('a lease', () => {
  test('is extended by its token only', async () => {
    const [hash = ''] = await addTrials(store(), 'extend', 0, 1);
    const token = await claimed(store(), 'extend', hash, 1, 1000);
    expect(await store().leases.extend('extend', hash, token, 600_000)).toBe(true);
    expect(await store().leases.extend('extend', hash, 'another', 1)).toBe(false);
    const left =
      (await store().trials.get('extend', hash))!.lease!.expiresAt.getTime() - (await store().now()).getTime();
    expect(left).toBeGreaterThan(500_000);
  });

  test('says what its training is at, and when that last moved by the database', async () => {
    const [hash = ''] = await addTrials(store(), 'moving', 0, 1);
    const token = await claimed(store(), 'moving', hash, 1, 60_000);
    const lease = async () => (await store().trials.get('moving', hash))!.lease!;
    expect(await lease()).not.toHaveProperty('progressAt');
    await store().leases.extend('moving', hash, token, 60_000, 'training, 43 %');
    const moved = await lease();
    expect(moved.progress).toBe('training, 43 %');
    expect(Math.abs(moved.progressAt!.getTime() - (await store().now()).getTime())).toBeLessThan(5000);
    await sleep(20);
    await store().leases.extend('moving', hash, token, 60_000);
    expect(await lease()).toMatchObject({ token, progress: 'training, 43 %', progressAt: moved.progressAt });
  });

  test('that ran out gives the trial back, and its worker’s late report and heartbeat are refused', async () => {
    const [hash = ''] = await addTrials(store(), 'expire', 0, 1);
    const token = await claimed(store(), 'expire', hash, 1, 1);
    await sleep(20);
    expect(await store().leases.expire('expire')).toBe(1);
    expect(await store().trials.get('expire', hash)).toMatchObject({
      status: 'waiting',
      number: null,
      lease: null,
      attempts: 0,
      error: expect.stringContaining('worker-1'),
    });
    await expect(store().results.report('expire', hash, token, run(0.9))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await store().leases.extend('expire', hash, token, 1000)).toBe(false);
    expect(await store().runs.of('expire', hash)).toEqual([]);

    const second = await claimed(store(), 'expire', hash, 1);
    await expect(store().results.report('expire', hash, token, run(0.9))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await store().results.report('expire', hash, second, run(0.4));
    expect((await store().trials.finished('expire'))[0]?.result.valAcc).toBe(0.4);
  });

  test('that has not run out, or was renewed, stays; other studies are not touched', async () => {
    const [a = '', b = ''] = await addTrials(store(), 'keep', 0, 2);
    const [c = ''] = await addTrials(store(), 'other', 0, 1);
    await claimed(store(), 'keep', a, 1, 60_000);
    const token = await claimed(store(), 'keep', b, 2, 1);
    await claimed(store(), 'other', c, 1, 1);
    await store().leases.extend('keep', b, token, 60_000);
    await sleep(20);
    expect(await store().leases.expire('keep')).toBe(0);
    expect(await store().leases.expire()).toBeGreaterThanOrEqual(1);
    expect((await store().trials.get('other', c))?.status).toBe('waiting');
  });

  test('is ended once by several who look at the same time', async () => {
    const hashes = await addTrials(store(), 'sweep', 0, 10);
    await Promise.all(hashes.map((hash, i) => claimed(store(), 'sweep', hash, i + 1, 1)));
    await sleep(20);
    const counts = await Promise.all(Array.from({ length: 6 }, () => store().leases.expire('sweep')));
    expect(counts.reduce((sum, count) => sum + count)).toBe(10);
    expect((await store().trials.get('sweep', hashes[0] ?? ''))?.attempts).toBe(0);
  });
});

describe('a trial at which consumers die', () => {
  /** Claims it and lets the lease run out. */
  async function die(study: string, hash: string, owner = 'worker-1') {
    const claim = { number: 1, owner, leaseMs: 1, fn: 'f(x)' };
    expect((await store().leases.claim(study, hash, claim)).outcome).toBe('claimed');
    await sleep(20);
    expect(await store().leases.expire(study)).toBe(1);
    return store().trials.get(study, hash);
  }

  test('fails with that reason when as many died as it may cost, attempts or not, and waits again with a new search', async () => {
    const [hash = ''] = await addTrials(store(), 'deadly', 0, 1);
    for (let death = 1; death < MAX_EXPIRIES; death++) {
      expect(await die('deadly', hash)).toMatchObject({ status: 'waiting', expiries: death, attempts: 0 });
    }
    expect(await die('deadly', hash)).toMatchObject({
      status: 'failed',
      number: null,
      lease: null,
      error: deadlyReason,
    });
    await store().trials.resetFailed('deadly');
    expect(await store().trials.get('deadly', hash)).toMatchObject({ status: 'waiting', expiries: 0 });
  });

  test('is not blamed for holders that live, nor for claims that people forgot', async () => {
    const [hash = ''] = await addTrials(store(), 'innocent', 0, 1);
    for (let i = 0; i < 2 * MAX_EXPIRIES; i++) {
      expect(await die('innocent', hash, 'outside-1')).toMatchObject({ status: 'waiting' });
      expect(await die('innocent', hash)).toMatchObject({ status: 'waiting', expiries: 1 });
      await store().leases.takeBackExpiry('innocent', hash);
    }
    expect((await store().trials.get('innocent', hash))?.expiries).toBe(0);
    await store().leases.takeBackExpiry('innocent', hash);
    expect((await store().trials.get('innocent', hash))?.expiries).toBe(0);
  });
});

describe('a trial that does not finish', () => {
  test('follows the diagram of its states, attempt by attempt', async () => {
    const [hash = ''] = await addTrials(store(), 'attempts', 0, 1);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const token = await claimed(store(), 'attempts', hash, 1);
      const status = await store().leases.fail('attempts', hash, token, '$out of memory');
      expect(status).toBe(statusAfter('error', { attempts: attempt }));
      expect(await store().trials.get('attempts', hash)).toMatchObject({
        status,
        attempts: attempt,
        error: '$out of memory',
      });
      expect(await store().leases.fail('attempts', hash, token, 'again')).toBeUndefined();
    }
    expect(await store().leases.claim('attempts', hash, slot(1))).toEqual({ outcome: 'taken' });
    expect(await store().trials.candidates('attempts')).toEqual([]);
    expect(await store().trials.lowestFreeNumber('attempts')).toBe(1);

    expect(await store().trials.resetFailed('attempts')).toBe(1);
    expect(await store().trials.get('attempts', hash)).toMatchObject({ status: 'waiting', attempts: 0, error: null });
  });

  test('waits again when its lease runs out more often than it has attempts: that uses up none', async () => {
    const [hash = ''] = await addTrials(store(), 'last', 0, 1);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS + 1; attempt++) {
      await claimed(store(), 'last', hash, 1, 1);
      await sleep(20);
      expect(await store().leases.expire('last')).toBe(1);
    }
    expect(await store().trials.statusCounts('last')).toEqual({ waiting: 1, running: 0, done: 0, failed: 0 });
  });

  test('handed back has lost no attempt and frees its number', async () => {
    const [a = '', b = ''] = await addTrials(store(), 'release', 0, 2);
    const token = await claimed(store(), 'release', a, 1);
    expect(await store().leases.release('release', a, 'another')).toBe(false);
    expect(await store().leases.release('release', a, token)).toBe(true);
    expect(await store().leases.release('release', a, token)).toBe(false);
    expect(await store().trials.get('release', a)).toMatchObject({ status: 'waiting', attempts: 0, number: null });
    await claimed(store(), 'release', b, 1);
  });
});
