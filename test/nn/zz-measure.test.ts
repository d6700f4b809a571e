import { test } from 'vitest';
import { loadBackend } from '/work/main/src/nn/backend/load-backend.js';
import { loadConfig } from '/work/main/src/config.js';
import { resolveTask } from '/work/main/src/nn/tasks/task-registry.js';
import { trainFunction } from '/work/main/src/nn/train.js';
import { computeFisherFeatures } from '/work/main/src/nn/fisher/compute-features.js';
test('m', { timeout: 600000 }, async () => {
  const cfg = loadConfig();
  const { tf, name } = await loadBackend('auto', { threads: 1 });
  const { task } = await resolveTask('fashion-mnist/small-cnn', { projectDir: '/tmp' });
  let t = performance.now();
  let data = await task.loadData({ cacheDir: cfg.cacheDir, notify: console.log });
  console.log(name, 'data first', performance.now() - t); t = performance.now();
  data = await task.loadData({ cacheDir: cfg.cacheDir, notify: console.log });
  console.log('data again', performance.now() - t);
  for (const fn of ['relu(x)', 'relu(x)', 'swish(x)', 'max(relu(x),sinh(x))', 'bessel_i0e(bessel_i1e(x))']) {
    const f = await computeFisherFeatures({ tf, task, data, fn, settings: { seed: 42, batchSize: 100, floor: 1e-6 } });
    console.log('fisher', fn, f.seconds, f.defined && f.features.length, !f.defined && f.reason);
  }
  for (const fn of ['relu(x)', 'tanh(x)', 'add(arctan(x),softsign(x))']) {
    const cpu = process.cpuUsage(); t = performance.now();
    const r = await trainFunction({ tf, task, data, fn, seed: 1 });
    const u = process.cpuUsage(cpu);
    console.log(fn, JSON.stringify(r.result), JSON.stringify(r.history), 'wall', (performance.now() - t) / 1000, 'cpu', (u.user + u.system) / 1e6, 'rss', process.memoryUsage().rss / 1e6, tf.memory().numTensors);
  }
});
