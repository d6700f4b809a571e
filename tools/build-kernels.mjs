// Compiles the AssemblyScript kernels, src/kernels/assembly/NAME.ts to dist/kernels/NAME.wasm. Run by `npm run build`.
// Node without a compiled dist/, so plain JavaScript.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

// No runtime, no allocation, memory from outside. Fixed-width SIMD only: relaxed SIMD differs between machines.
const OPTIONS = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--importMemory',
  '--initialMemory',
  '1',
];
// Memory that several threads see, up to the 4 GB that wasm can address.
const SHARED = [...OPTIONS, '--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];

const KERNELS = {
  'function-vectors': OPTIONS,
  'householder-tridiagonal': OPTIONS,
  'umap-descent': OPTIONS,
  'vector-distances': SHARED,
};

mkdirSync(`${root}dist/kernels`, { recursive: true });
for (const [name, options] of Object.entries(KERNELS)) {
  let code;
  const source = `src/kernels/assembly/${name}.ts`;
  const { error, stderr } = await asc.main([source, '--baseDir', root, '--outFile', `${name}.wasm`, ...options], {
    writeFile: (_file, contents) => {
      code = contents;
    },
  });
  if (error || !code) {
    console.error(`${name}: ${stderr.toString()}${error?.message ?? ''}`);
    process.exit(1);
  }
  // A process that loads the kernel meanwhile gets the old file or the new one, whole.
  const file = `${root}dist/kernels/${name}.wasm`;
  writeFileSync(`${file}.new`, code);
  renameSync(`${file}.new`, file);
}
