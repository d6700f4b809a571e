import { describe, expect, it } from 'vitest';
import { judgeProbe } from '../../src/cli/doctor/backend-check.js';
import type { ProbeResult } from '../../src/cli/doctor/backend-probe.js';
import { checksText } from '../../src/cli/doctor/doctor.js';
import { checkNode } from '../../src/cli/doctor/node-check.js';
import { judgeRedis } from '../../src/cli/doctor/redis-check.js';
import { testServices } from '../support/services.js';
import { useCli } from './run-cli.js';

const info = (changes: Record<string, string | number> = {}) =>
  Object.entries({ redis_version: '7.0.15', aof_enabled: 1, maxmemory_policy: 'noeviction', ...changes })
    .map(([key, value]) => `${key}:${value}`)
    .join('\r\n');

const told = (changes: Record<string, string | number> = {}, findings: object = {}) => ({
  info: info(changes),
  policy: String(changes.maxmemory_policy ?? 'noeviction'),
  lacking: { needed: [], hints: [] },
  refusal: undefined,
  ...findings,
});

describe('doctor judges', () => {
  it('Node by its version', () => {
    for (const recent of ['v20.19.0', 'v20.20.2', 'v22.12.0', 'v23.0.0', 'v24.1.0', 'v26.0.0']) {
      expect(checkNode(recent).status, recent).toBe('ok');
    }
    for (const old of ['v18.20.0', 'v20.18.3', 'v21.7.3', 'v22.11.0']) {
      expect(checkNode(old), old).toMatchObject({ status: 'fail', mend: expect.stringContaining('20.19, 22.12') });
    }
  });

  it('Redis by what would lose jobs', () => {
    expect(judgeRedis(told(), 'here')).toEqual({
      name: 'Redis',
      status: 'ok',
      found: 'here, version 7.0.15, appendonly, noeviction',
    });
    expect(judgeRedis(told({ maxmemory_policy: 'allkeys-lru' }), 'here')).toMatchObject({
      status: 'warn',
      mend: expect.stringContaining('maxmemory-policy noeviction'),
    });
    expect(judgeRedis(told({ aof_enabled: 0 }), 'here')).toMatchObject({
      status: 'warn',
      mend: expect.stringContaining('appendonly yes'),
    });
  });

  it('the backend by whether it works, and whether it uses the GPU that is there', () => {
    const works: Extract<ProbeResult, { works: true }> = {
      works: true,
      name: 'tfjs-node',
      tensorflowVersion: '2.10.1',
      devices: ['CPU'],
      seconds: 1,
    };
    const gpus = [{ index: '0', name: 'Tesla T4' }];
    expect(judgeProbe(works, [], 'auto').status).toBe('ok');
    expect(judgeProbe(works, gpus, 'auto')).toMatchObject({
      status: 'warn',
      mend: expect.stringContaining('backend install gpu'),
    });
    expect(judgeProbe({ ...works, devices: ['GPU', 'CPU'] }, gpus, 'auto').status).toBe('ok');
    const none: ProbeResult = { works: false, reason: 'none' };
    expect(judgeProbe(none, [], 'auto')).toMatchObject({ status: 'fail', found: 'none' });
    expect(judgeProbe(none, [], 'auto').mend).toContain('`npm install @tensorflow/tfjs-node`');
    expect(judgeProbe(none, gpus, 'tfjs-node').mend).toContain('`npm install @tensorflow/tfjs-node`');
    const cuda: ProbeResult = { works: false, reason: 'libcudart.so.11.0: cannot open shared object file' };
    for (const check of [
      judgeProbe(none, [], 'tfjs-node-gpu'),
      judgeProbe(none, gpus, 'auto'),
      judgeProbe(cuda, [], 'auto'),
    ]) {
      expect(check.mend).toBe('`npm install @tensorflow/tfjs-node-gpu`, or `aquasurf backend install gpu`');
    }
  });

  it('in lines that can be read and searched', () => {
    const text = checksText([
      { name: 'Node', status: 'ok', found: 'v20' },
      { name: 'MongoDB', status: 'fail', found: 'gone', mend: 'start it' },
    ]);
    expect(text).toBe('ok    Node     v20\nfail  MongoDB  gone\n               → start it');
  });
});

describe('doctor', () => {
  const { redisUrl, mongodbUri } = testServices();
  const cli = useCli({ REDIS_URL: redisUrl, MONGODB_URI: mongodbUri });
  const broken = useCli({ REDIS_URL: redisUrl, MONGODB_URI: 'mongodb://127.0.0.1:1/x' });

  it('finds everything that the tests run on, the backend checked', async () => {
    const { code, stdout } = await cli.run('doctor', '--json');
    const checks: Array<{ name: string; status: string; found: string }> = JSON.parse(stdout);
    expect(checks.map(({ name }) => name)).toEqual([
      'Node',
      'backend',
      'GPUs',
      'Redis',
      'MongoDB',
      'tasks',
      'operators',
    ]);
    expect(checks.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(checks[1]?.found).toMatch(/TensorFlow \d+\.\d+.*self-check passed/);
    expect(checks[5]?.found).toContain('fashion-mnist/small-cnn (built-in)');
    expect(code).toBe(0);
  });

  it('says what to do about a database that does not answer, and fails', async () => {
    const { code, stdout, stderr } = await broken.run('doctor');
    expect(stdout).toMatch(/^fail {2}MongoDB +mongodb:\/\/127\.0\.0\.1:1\/x cannot be reached/m);
    expect(stdout).toContain('→ correct or unset MONGODB_URI');
    expect(stderr).toBe('aquasurf: MongoDB: see what to do above\n');
    expect(code).toBe(1);
  });
});
