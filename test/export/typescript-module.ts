import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

export interface FunctionModule {
  value: (x: number) => number;
  derivative: (x: number) => number;
}

/** Generated JavaScript, imported from a folder of its own. */
export async function importModule<Shape>(code: string): Promise<Shape> {
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-export-'));
  try {
    const file = join(folder, 'exported.mjs');
    writeFileSync(file, code);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Shape;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Generated TypeScript, transpiled and imported. */
export async function importTypescript(code: string, name: string): Promise<FunctionModule> {
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(code, { compilerOptions: options });
  const module = await importModule<Record<string, (x: number) => number>>(outputText);
  return { value: module[name]!, derivative: module[`${name}Derivative`]! };
}

/** What the compiler says about generated TypeScript under its strictest settings. */
export function typeErrors(codes: readonly string[]): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    noImplicitReturns: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    noEmit: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  const files = new Map(codes.map((code, i) => [`exported${i}.ts`, code]));
  host.getSourceFile = (name, version) => {
    const code = files.get(name);
    return code === undefined ? getSourceFile.call(host, name, version) : ts.createSourceFile(name, code, version);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
