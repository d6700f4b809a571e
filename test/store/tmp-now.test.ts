import { test } from 'vitest';
import { addTrials, useStore } from './test-store.js';
const store = useStore({ client: { monitorCommands: true } });
test('now', { timeout: 600000 }, async () => {
  const out: Record<string, number> = {};
  store().client.on('commandFailed', (e) => { const f = e.failure as unknown as { code?: number; message: string }; const k = `${e.commandName} ${f.code} ${f.message.replace(/index_\d+/, '').slice(0, 90)}`; out[k] = (out[k] ?? 0) + 1; if (f.message.includes('NOW')) console.log('NOW!', e.commandName, f.code, e.address, e.connectionId, e.duration, JSON.stringify(f)); });
  for (let round = 0; round < 120; round++) {
    const study = `slot-${round}`;
    const hashes = await addTrials(store(), study, 0, 20);
    await Promise.allSettled(hashes.map((hash) => store().trials.claim(study, hash, { number: 7, owner: 'o', leaseMs: 60000 })));
  }
  console.log(JSON.stringify(out, null, 1));
});
