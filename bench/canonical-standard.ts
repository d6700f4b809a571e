import { BASELINES } from '../dist/domain/baselines.js';
import { SPACE_PRESETS } from '../dist/producers/spaces/space-entries.js';
import type { Benchmark } from './benchmark.js';
import { canonicalForm } from './canonical-form.js';

const PAIRS = 10_000;

/** The space of the paper, some minutes; its baselines are among the functions of two operators and not counted again. */
const benchmark: Benchmark = {
  summary: `what shares a canonical hash in the standard space (without its ${BASELINES.length} baselines), and how aliases differ`,
  run: async (notify) => canonicalForm(SPACE_PRESETS.standard!, PAIRS, notify),
};
export default benchmark;
