import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageDir } from '../../src/config.js';
import { handleFisherEigenvalues } from '../../src/consumers/handlers/fisher-eigenvalues.js';
import type { HandlerContext } from '../../src/consumers/handlers/handler.js';
import { rankOf } from '../../src/domain/expression/rank.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import { createLogger } from '../../src/log.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';
import { openPipeline } from '../../src/open-pipeline.js';
import { createStudy } from '../../src/producers/create-study.js';
import { batchOf } from '../store/test-store.js';
import { testServices } from '../support/services.js';

const hash = (fn: string) => canonicalHash(outputFeatures(fn));

describe('features of another length than those that the study has', () => {
  const services = testServices();
  let pipeline: Awaited<ReturnType<typeof openPipeline>>;
  beforeAll(async () => {
    pipeline = await openPipeline(services);
  });
  afterAll(() => pipeline.close());

  /** What a job makes of erf(x), whose features have three values, in a study that has those of tanh(x). */
  async function outcomeBeside(present: Uint16Array | undefined, study: string) {
    const { store } = pipeline;
    const task = await resolveTask('fashion-mnist/tiny', { projectDir: packageDir });
    await createStudy(pipeline, { name: study, task, space: ['erf(x)', 'tanh(x)'] });
    const { fisher: settings, spaces } = await store.studies.get(study);
    const named = ['erf(x)', 'tanh(x)'].map((name) => ({
      name,
      hash: hash(name),
      rank: rankOf(name, 1),
      usable: true,
    }));
    await store.functions.storeRange(spaces[0]!, batchOf(named));
    if (present) await store.fisher.put(study, hash('tanh(x)'), present, settings);
    await store.fisher.owe(study, [{ hash: hash('erf(x)') }], { batch: 'b', generation: 0, settings });
    const context = {
      ...pipeline,
      device: {
        use: async <T>(_: string, body: () => Promise<T>) => body(),
        call: async () => ({ defined: true, features: Uint16Array.of(0, 1, 65_535), seconds: 1 }),
      },
      log: createLogger({ name: 'test', level: 'silent' }),
      signal: new AbortController().signal,
      lastAttempt: false,
      progress: () => {},
    } as unknown as HandlerContext;
    await handleFisherEigenvalues({ study, batch: 'b', generation: 0, hashes: [hash('erf(x)')] }, context);
    const found = await store.trials.withFailedFeatures(study, 5);
    return { counts: await store.fisher.counts(study), reasons: found.map(({ fisher }) => fisher.reason) };
  }

  it('are refused with the reason: they were imported from another network', async () => {
    const { counts, reasons } = await outcomeBeside(Uint16Array.of(0, 65_535), `mixed-${process.pid}`);
    expect(counts).toMatchObject({ defined: 1, failed: 1, owed: 0 });
    expect(reasons).toEqual([expect.stringMatching(/^3 values, .* have 2: they were imported .*--from-scratch/)]);
  });

  it.each([undefined, Uint16Array.of(9, 99, 65_535)])(
    'are stored beside none or those of their length',
    async (present) => {
      const { counts } = await outcomeBeside(present, `same-${present?.length ?? 0}-${process.pid}`);
      expect(counts).toMatchObject({ defined: present ? 2 : 1, failed: 0 });
    },
  );
});
