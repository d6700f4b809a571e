import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { checkDigest } from '../../src/nn/backend/native-build.js';
import { hasNative, installNative, nativeDir } from '../../src/nn/backend/native-install.js';
import { TENSORFLOW_SOURCES } from '../../src/nn/backend/native-sources.js';
import { usableSources } from '../../src/nn/backend/native-tools.js';

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-native-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A machine that has all programs but these. */
const without =
  (...missing: string[]) =>
  async (command: readonly string[]) =>
    !missing.some((name) => command.includes(name));

const linux = 'linux-x64';

describe('the sources of a native TensorFlow', () => {
  it('are Maven first and PyPI second for the CPU, PyPI for the GPU', async () => {
    const registries = async (variant: 'cpu' | 'gpu', ...missing: string[]) =>
      (await usableSources(variant, { probe: without(...missing), platform: linux })).map((s) => s.package.registry);
    expect(await registries('cpu')).toEqual(['maven', 'pypi']);
    expect(await registries('cpu', 'mvn')).toEqual(['pypi']);
    expect(await registries('cpu', 'pip')).toEqual(['maven']);
    expect(await registries('gpu', 'mvn')).toEqual(['pypi']);
  });

  it('are all pinned by digest', () => {
    const packages = Object.values(TENSORFLOW_SOURCES).flatMap((sources) =>
      sources.flatMap((source) => [source.package, ...source.cuda]),
    );
    expect(packages.length).toBeGreaterThan(3);
    for (const { sha256 } of packages) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(packages.map(({ sha256 }) => sha256)).size).toBe(packages.length);
  });

  it.each([
    ['cpu', ['g++'], /g\+\+ is missing; on Debian: apt-get install g\+\+$/],
    ['cpu', ['mvn', 'pip'], /mvn or pip is missing; on Debian: apt-get install maven$/],
    ['gpu', ['pip'], /pip is missing; on Debian: apt-get install python3-pip$/],
    ['cpu', ['g++', 'unzip', 'mvn', 'pip'], /g\+\+, unzip, mvn or pip are missing; .* g\+\+ unzip maven$/],
  ] as const)(
    'need programs, and all that are missing are named at once: %s without %s',
    async (variant, missing, message) => {
      const sources = usableSources(variant, { probe: without(...missing), platform: linux });
      await expect(sources).rejects.toMatchObject({
        code: 'BACKEND_UNAVAILABLE',
        message: expect.stringMatching(message),
      });
    },
  );

  it('fit one platform only', async () => {
    const sources = usableSources('cpu', { probe: without(), platform: 'darwin-arm64' });
    await expect(sources).rejects.toThrow(
      /linux-x64 only, this is darwin-arm64; install @tensorflow\/tfjs-node with npm/,
    );
  });

  it('are refused when the bytes are not the pinned ones', async () => {
    const path = join(freshFolder(), 'abc');
    writeFileSync(path, 'abc');
    const item = {
      registry: 'maven',
      coordinates: 'a:b:1',
      file: 'abc',
      // FIPS 180-4, example of SHA-256
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    } as const;
    await checkDigest(path, item);
    await expect(checkDigest(path, { ...item, sha256: '0'.repeat(64) })).rejects.toThrow(/a:b:1 .* not used/);
  });
});

describe('installNative', () => {
  afterEach(() => vi.unstubAllEnvs());
  const notify = () => undefined;

  const shared = nativeDir(loadConfig().cacheDir, 'cpu');
  it.skipIf(!existsSync(shared))('gives an installation that works at once, needing no program', async () => {
    const cacheDir = freshFolder();
    mkdirSync(dirname(nativeDir(cacheDir, 'cpu')), { recursive: true });
    symlinkSync(shared, nativeDir(cacheDir, 'cpu'));
    vi.stubEnv('PATH', '/nonexistent');
    expect(await installNative('cpu', { cacheDir, notify })).toBe(nativeDir(cacheDir, 'cpu'));
  });

  it('does not take an installation that does not load for one that works', async () => {
    const cacheDir = freshFolder();
    const binding = join(nativeDir(cacheDir, 'cpu'), 'node_modules/@tensorflow/tfjs-node/lib/napi-v8');
    mkdirSync(binding, { recursive: true });
    writeFileSync(join(binding, 'tfjs_binding.node'), 'not a library');
    expect(hasNative(cacheDir, 'cpu')).toBe(true);
    vi.stubEnv('PATH', '/nonexistent');
    await expect(installNative('cpu', { cacheDir, notify })).rejects.toThrow(
      /are missing; on Debian: apt-get install g\+\+/,
    );
  });

  it('leaves nothing behind when a step fails, and says which', async () => {
    const programs = freshFolder();
    for (const name of ['npm', 'mvn', 'python3', 'g++', 'unzip']) {
      // Answers the question for its version; everything else fails.
      writeFileSync(
        join(programs, name),
        '#!/bin/sh\ncase "$*" in *--version|-v) exit 0;; *) echo "registry out of reach" >&2; exit 1;; esac\n',
        { mode: 0o755 },
      );
    }
    vi.stubEnv('PATH', programs);
    const cacheDir = freshFolder();
    const steps: string[] = [];
    const installation = installNative('cpu', { cacheDir, notify: (line) => steps.push(line) });
    await expect(installation).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringMatching(/failed at (npm|python3): registry out of reach/),
    });
    expect(steps).toContainEqual(expect.stringContaining('trying the next source'));
    expect(readdirSync(join(cacheDir, 'native'))).toEqual([]);
  });
});
