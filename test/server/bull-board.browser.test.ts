import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOB_NAMES } from '../../src/queues/jobs.js';
import { Queues } from '../../src/queues/queues.js';
import { type Monitor, startMonitor } from '../../src/server/monitor.js';
import { testServices } from '../support/services.js';

const CHROMIUM = '/usr/bin/chromium';
/** As root Chromium has no sandbox; the rest keeps it from talking to anybody but us. */
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

describe.skipIf(!existsSync(CHROMIUM))('Bull Board in a browser', () => {
  const { redisUrl } = testServices();
  const queues = new Queues({ redisUrl, prefix: `browser-test-${process.pid}` });
  let monitor: Monitor;
  let browser: Browser;

  beforeAll(async () => {
    monitor = await startMonitor({ queues, port: 0 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    await queues.enqueue('training', [{ study: 'demo', number: 1, generation: 0 }]);
  });
  afterAll(async () => {
    await browser.close();
    await monitor.close();
    await queues.queue('training').obliterate();
    await queues.close();
  });

  it('shows the five queues with their jobs, runs without errors, and asks no other host', async () => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const errors: string[] = [];
    const foreign: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('requestfinished', (request) => {
      if (!request.url().startsWith(new URL(monitor.url).origin)) foreign.push(request.url());
    });

    await page.goto(monitor.url);
    for (const name of JOB_NAMES) {
      await page
        .getByRole('link', { name: new RegExp(name) })
        .first()
        .waitFor({ state: 'visible', timeout: 20_000 });
    }
    await page.goto(`${monitor.url}/queue/training?status=waiting`);
    await page.getByText('training-demo-1-g0').first().waitFor({ state: 'visible', timeout: 20_000 });

    const { AQUASURF_SCREENSHOT: screenshot } = process.env;
    if (screenshot) await page.screenshot({ path: screenshot });
    expect({ errors, foreign }).toEqual({ errors: [], foreign: [] });
  });
});
