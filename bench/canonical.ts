import type { Benchmark } from './benchmark.js';
import { canonicalForm } from './canonical-form.js';

const SCHEMAS = ['unary(unary(x))', 'binary(unary(x),unary(x))'];
const PAIRS = 10_000;

/** The small spaces of docs/canonical-form.md, about a minute and a half. */
const benchmark: Benchmark = {
  summary: `what shares a canonical hash in ${SCHEMAS.join(' and ')}, and how aliases differ`,
  run: async (notify) => canonicalForm(SCHEMAS, PAIRS, notify),
};
export default benchmark;
