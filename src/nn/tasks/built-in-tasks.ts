import type { TaskDefinition } from '../task.js';
import { fashionMnistSmallCnn } from './fashion-mnist-small-cnn.js';
import { fashionMnistTiny } from './fashion-mnist-tiny.js';

/** Tasks that need no module. A change that changes results raises the version: it stands for the source. */
export const BUILT_IN_TASKS: ReadonlyArray<{ task: TaskDefinition; version: number }> = [
  { task: fashionMnistSmallCnn, version: 1 },
  { task: fashionMnistTiny, version: 1 },
];
