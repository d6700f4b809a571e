import { mergeFunctions } from '../dist/domain/analysis/merged-functions.js';
import type { Benchmark } from './benchmark.js';
import { canonicalForm, mergers } from './canonical-form.js';

const SCHEMAS = ['unary(unary(x))', 'binary(unary(x),unary(x))'];
const PAIRS = 10_000;

/** The small spaces of docs/canonical-form.md, about a minute and a half. */
const benchmark: Benchmark = {
  summary: `what shares a canonical hash in ${SCHEMAS.join(' and ')}, and how aliases differ`,
  run: async (notify) => [
    ...SCHEMAS.flatMap((schema) =>
      mergers(mergeFunctions([schema]), notify).map((row) => ({ ...row, what: `${schema}: ${row.what}` })),
    ),
    ...canonicalForm(SCHEMAS, PAIRS, notify).map((row) => ({ ...row, what: `both: ${row.what}` })),
  ],
};
export default benchmark;
