import type * as tfjs from '@tensorflow/tfjs';
import { type BuildOptions, buildWithActivations } from '../seeded-weights.js';

/**
 * A task's model at its initial weights with one function after the other in it. Weights depend on the seed alone, so
 * only the activation layers change; where the task's builder has run them on numbers (to fit weights to data, say),
 * the model is built anew for each function.
 */
export class FunctionModel {
  #built: ReturnType<typeof buildWithActivations> | undefined;
  #rebuild = false;

  constructor(private readonly options: Omit<BuildOptions, 'fn'>) {}

  /**
   * The model with this function in it; another one than before where it was built anew.
   * @throws AquasurfError TASK_INVALID, EXPRESSION_INVALID
   */
  with(fn: string): tfjs.LayersModel {
    if (this.#rebuild) this.dispose();
    if (!this.#built) {
      this.#built = buildWithActivations({ ...this.options, fn });
      this.#rebuild = this.#built.activations.some((layer) => layer.wasCalled);
    } else {
      for (const layer of this.#built.activations) layer.setFunction(fn);
    }
    return this.#built.model;
  }

  dispose(): void {
    this.#built?.model.dispose();
    this.#built = undefined;
  }
}
