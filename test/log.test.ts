import { execa } from 'execa';
import { expect, it } from 'vitest';
import { packageDir } from '../src/config.js';

it('a log line on a terminal is one line', async () => {
  const script = `process.stderr.isTTY = true;
    const { createLogger } = await import('${packageDir}/dist/log.js');
    createLogger({ level: 'info', name: 'consumer' }).info({ study: 's', number: 3, valAcc: 0.9 }, 'trial 3: relu(x)');`;
  const { stderr } = await execa(process.execPath, ['--input-type=module', '-e', script]);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/trial 3: relu\(x\).*"valAcc":0\.9/);
});
