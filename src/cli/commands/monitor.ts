import type { Command } from 'commander';
import { examples } from '../help.js';
import { wholeNumber } from '../option-values.js';

interface MonitorFlags {
  port: number;
  host: string;
  allowHost?: string[];
}

export function registerMonitor(program: Command): void {
  const command = program
    .command('monitor')
    .summary('watch the queues in a browser (Bull Board)')
    .description(
      `Serves Bull Board at /queues until it is stopped: the six queues, their jobs, errors, and retries.

It listens on this machine only. Any other --host needs AQUASURF_TOKEN, at least 16 characters: browsers ask for it as password (the user does not matter), programs send it as "Authorization: Bearer TOKEN". It answers to addresses and to this machine's name; other names, of a proxy for instance, are given with --allow-host.`,
    )
    .option('--port <port>', '0 takes a free one', wholeNumber(0, 65_535), 3000)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--allow-host <name...>', 'names under which browsers reach it, beside those of this machine')
    .action(monitorAction);
  examples(command, [
    ['aquasurf monitor', 'http://127.0.0.1:3000/queues'],
    ['AQUASURF_TOKEN="$(openssl rand -hex 16)" aquasurf monitor --host 0.0.0.0', 'for other machines, with a password'],
  ]);
}

async function monitorAction({ port, host, allowHost }: MonitorFlags): Promise<void> {
  const [{ loadConfig }, { checkAccess, startMonitor }, { withPipeline }, { whenAborted }, { notify }] =
    await Promise.all([
      import('../../config.js'),
      import('../../server/monitor.js'),
      import('../command-context.js'),
      import('../interruption.js'),
      import('../output.js'),
    ]);
  const { token } = loadConfig();
  checkAccess(host, token);
  await withPipeline(
    async ({ pipeline, interruption }) => {
      const monitor = await startMonitor({ queues: pipeline.queues, host, port, token, allowedHosts: allowHost });
      notify(`Bull Board: ${monitor.url} (Ctrl-C stops)`);
      await whenAborted(interruption.first);
      await monitor.close();
    },
    { interrupt: 'is-handled' },
  );
}
