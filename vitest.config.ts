import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['src/domain/**'],
      reporter: ['text-summary', 'text'],
      thresholds: { 'src/domain/**': { lines: 90 } },
    },
  },
});
