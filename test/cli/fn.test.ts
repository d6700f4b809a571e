import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { entryPoint } from '../../src/config.js';
import { canonicalHash } from '../../src/domain/canonical-hash.js';
import { outputFeatures } from '../../src/domain/output-features.js';
import { useCli } from './run-cli.js';

const cli = useCli({ MONGODB_URI: 'mongodb://127.0.0.1:1/nowhere' });

describe('fn without a database', () => {
  it('gives hash, outputs and statistics as JSON, and says on stderr what is left out', async () => {
    const { code, stdout, stderr } = await cli.run('fn', ' max( x, relu(x) ) ', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    const outputs = outputFeatures('relu(x)');
    expect(report).toMatchObject({
      fn: 'max(x,relu(x))',
      hash: canonicalHash(outputs),
      representative: 'max(x,relu(x))',
      aliases: [],
      usable: true,
      database: false,
    });
    expect(report.outputs).toEqual([...outputs]);
    expect(report.statistics).toMatchObject({ count: 1000, finite: 1000, min: 0 });
    expect(stderr).toMatch(/^going on without the database: .*127\.0\.0\.1:1/);
  });

  it('spells outputs that are not finite, for JSON has no word for them', async () => {
    const { stdout } = await cli.run('fn', 'div(x,zero(x))', '--json');
    const { outputs, usable } = JSON.parse(stdout);
    expect(new Set(outputs)).toEqual(new Set(['inf', '-inf']));
    expect(usable).toBe(false);
  });

  it('is readable for people', async () => {
    const { stdout } = await cli.run('fn', 'relu(x)');
    expect(stdout).toMatch(/^function {8}relu\(x\)\nhash {12}[0-9a-f]{32}\n/);
    expect(stdout).toContain('aliases         unknown: no database found');
  });

  it('ends quietly when its reader has gone', async () => {
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${entryPoint('cli/main')}" fn "relu(x)" --json | true`], {
      cwd: cli.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    shell.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await new Promise((resolve) => shell.once('close', resolve));
    expect(stderr).not.toContain('EPIPE');
  });
});
