// A program that uses the services as a command does. Usage: use-services.ts CONFIG-AS-JSON
// Prints {"redisUrl", "mongodbUri", ...} when it has them, and closes them on SIGINT or when its input ends.
import type { Config } from '../../src/config.js';
import { findServices } from '../../src/services/services.js';

const config = JSON.parse(process.argv[2] ?? '') as Config;
const interrupted = new AbortController();
// Not `once`: the listener must still be there when execa's own asks whether anybody else handles the signal.
process.on('SIGINT', () => interrupted.abort(new Error('interrupted')));

const services = await findServices(config, {
  start: true,
  localhost: false,
  notify: (line) => process.stderr.write(`${line}\n`),
  signal: interrupted.signal,
});
process.stdout.write(`${JSON.stringify(services)}\n`);
await new Promise<void>((resolve) => {
  if (interrupted.signal.aborted) resolve();
  interrupted.signal.addEventListener('abort', () => resolve());
  process.stdin.once('end', resolve).resume();
});
await services.close();
process.stdin.destroy();
