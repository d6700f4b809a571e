import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { whyFailed } from '../../src/program-output.js';
import { ferretdbInfra } from '../../src/services/ferretdb-programs.js';

/** Builds the gateway with a Go that is too old, and a module proxy that answers every question alike. */
async function build(status: number, body: string) {
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-go-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [programs, cache] = [join(folder, 'programs'), join(folder, 'cache')];
  mkdirSync(join(cache, 'root-forky-pg18'), { recursive: true }); // the other part is there
  mkdirSync(programs);
  writeFileSync(join(programs, 'go'), '#!/bin/sh\necho go1.19.8\n', { mode: 0o755 });
  writeFileSync(join(programs, 'apt-get'), '#!/bin/sh\n', { mode: 0o755 });
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const address = proxy.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const result = await execa('bash', [join(ferretdbInfra, 'provision.sh'), cache], {
    reject: false,
    env: { PATH: `${programs}:/usr/bin:/bin`, GOPROXY: `off,${url}|direct` },
  });
  return { why: whyFailed(result), steps: result.stdout, asked, left: readdirSync(cache) };
}

describe.skipIf(process.platform !== 'linux')('the Go that FerretDB is built with', () => {
  it.each([
    ['is not there', 404, '', /404/],
    [
      'is not the pinned one',
      200,
      'a toolchain by somebody else',
      /Hash Sum mismatch|Hashes of (received|expected) file/,
    ],
  ])(
    'comes from the module proxy where the one on PATH is too old; one that %s is not used',
    async (_, status, body, why) => {
      const result = await build(status, body);
      expect(result.steps).toMatch(/with go1\.\d+\.\d+ from the module proxy\nFerretDB could not be built$/);
      expect(result.asked[0]).toMatch(
        /^\/golang\.org\/toolchain\/@v\/v0\.0\.1-go1\.\d+\.\d+\.linux-(amd64|arm64)\.zip$/,
      );
      expect(result.why).toMatch(why);
      expect(result.left.filter((name) => !name.endsWith('.log')).sort()).toEqual(['.lock', 'root-forky-pg18']);
    },
  );
});
