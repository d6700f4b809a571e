/** `npm run test:full` runs the large counts, `npm test` the small ones. */
export const testSize = (counts: { small: number; full: number }): number =>
  process.env.AQUASURF_TEST_SIZE === 'full' ? counts.full : counts.small;
