import { accessSync, constants, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { execa } from 'execa';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { entryPoint, packageDir } from '../../src/config.js';

const folder = mkdtempSync(join(tmpdir(), 'aquasurf-publishable-'));
const manifest = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package, as it is built', () => {
  it('has a program that can be run', () => {
    accessSync(entryPoint('cli/main'), constants.X_OK);
  });

  it('says where it comes from', () => {
    expect(manifest).toMatchObject({
      repository: { url: expect.stringContaining('/aquasurf') },
      homepage: expect.stringContaining('/aquasurf'),
      bugs: { url: expect.stringContaining('/issues') },
    });
    expect(manifest).not.toHaveProperty('overrides'); // They do not reach those who install it.
  });

  it('passes publint', async () => {
    const { messages } = await publint({ pkgDir: packageDir, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it('gives types as Node and bundlers look for them', async () => {
    await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: packageDir });
    const archive = readFileSync(join(folder, `aquasurf-${manifest.version}.tgz`));
    const analysis = await checkPackage(createPackageFromTarballData(archive));
    const problems = 'problems' in analysis ? analysis.problems : [{ kind: 'no types', resolutionKind: '' }];
    // It is a package of ES modules only, which CommonJS loads by `require` from Node 20.19 on.
    expect(problems.filter(({ kind }) => kind !== 'CJSResolvesToESM')).toEqual([]);
  });

  it('has types without errors for strict projects that check their libraries; those of tfjs have some', () => {
    symlinkSync(join(packageDir, 'node_modules'), join(folder, 'node_modules'));
    const main = join(folder, 'main.ts');
    writeFileSync(main, `export * from '${join(packageDir, 'dist/index.js')}';\n`);
    const program = ts.createProgram([main], {
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node', 'long'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
    });
    const errors = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
      file: relative(packageDir, file?.fileName ?? ''),
      error: ts.flattenDiagnosticMessageText(messageText, '\n').split('\n', 1)[0],
    }));
    expect(program.getSourceFiles().length).toBeGreaterThan(500);
    // Two, in `LayersModel` and `keras_format`; a task's `buildModel` cannot be typed without them.
    expect(errors.filter(({ file }) => !file.startsWith('node_modules/@tensorflow/'))).toEqual([]);
  });
});
