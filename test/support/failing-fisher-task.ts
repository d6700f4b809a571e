import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineTask } from 'aquasurf';
import spirals from '../../examples/own-task.js';

/**
 * The two-spirals task with networks that fail: that of tanh(x) ends its process and that of selu(x) throws, each time;
 * those of elu(x) and swish(x) do so the first time only. `FAULTS_FOLDER` keeps what happened, over processes: a line
 * for each network that was built, in the file `attempts`.
 */
export default defineTask({
  ...spirals,
  name: 'failing-fisher',
  buildModel: (context) => {
    const activation = context.activation();
    // On numbers: then the network is built anew for each function.
    activation.apply(context.tf.zeros([1]));
    fail(String(activation.getConfig().fn));
    return spirals.buildModel(context);
  },
});

function fail(fn: string): void {
  const folder = process.env.FAULTS_FOLDER!;
  appendFileSync(join(folder, 'attempts'), `${fn}\n`);
  const once = fn === 'elu(x)' || fn === 'swish(x)';
  if (once && !firstTime(join(folder, fn))) return;
  if (fn === 'tanh(x)' || fn === 'elu(x)') process.kill(process.pid, 'SIGKILL');
  if (fn === 'selu(x)' || fn === 'swish(x)') throw new Error(`no network with ${fn}`);
}

function firstTime(file: string): boolean {
  try {
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}
