import type { Tf } from '../domain/operators/types.js';
import type { Loss } from './objective.js';
import type { TaskDefinition } from './task.js';

/** The loss of a task in the form that `createObjective` takes. */
export function taskLoss(tf: Tf, { loss = 'categoricalCrossentropy' }: TaskDefinition): Loss {
  return loss === 'categoricalCrossentropy' ? loss : (labels, predictions) => loss(tf, labels, predictions);
}
