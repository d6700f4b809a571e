// Holds a lock until its input ends. Usage: hold-lock.ts FILE
import { withFileLock } from '../../src/file-lock.js';

await withFileLock(process.argv[2] ?? '', { onWait: () => undefined }, async () => {
  process.stdout.write('held\n');
  await new Promise((resolve) => process.stdin.once('end', resolve).resume());
});
