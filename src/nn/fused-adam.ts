import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../domain/operators/types.js';

export interface NamedGradient {
  name: string;
  tensor: Tensor;
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;

/**
 * Adam (Kingma & Ba 2015, arXiv 1412.6980, algorithm 1) with tfjs's defaults and formula, on all weights at once: the
 * gradients are laid end to end. tfjs's own takes some twenty operations for each weight tensor, which in small networks
 * is half the time of a step; here that is twenty in all and two for each. The weights are the same to the last bit.
 * All steps must bring gradients of the same weights.
 */
export class FusedAdam {
  #moments: { first: Tensor; second: Tensor } | undefined;
  /** βᵗ after t steps, in float32 as tfjs multiplies it up. */
  #powers: readonly [number, number] = [1, 1];

  constructor(
    private readonly tf: Tf,
    /** May be changed between two steps. */
    public learningRate: number,
  ) {}

  /** One step. To be called inside tf.tidy. */
  applyGradients(gradients: readonly NamedGradient[]): void {
    const { tf } = this;
    const gradient = tf.concat1d(gradients.map(({ tensor }) => tf.reshape(tensor, [-1]) as tfjs.Tensor1D));
    const old = this.#moments ?? { first: tf.zerosLike(gradient), second: tf.zerosLike(gradient) };
    const first = tf.keep(tf.add(tf.mul(old.first, BETA_1), tf.mul(gradient, 1 - BETA_1)));
    const second = tf.keep(tf.add(tf.mul(old.second, BETA_2), tf.mul(tf.square(gradient), 1 - BETA_2)));
    this.dispose();
    this.#moments = { first, second };
    this.#powers = [float32Product(this.#powers[0], BETA_1), float32Product(this.#powers[1], BETA_2)];

    const unbiasedFirst = tf.div(first, 1 - this.#powers[0]);
    const unbiasedSecond = tf.div(second, 1 - this.#powers[1]);
    const change = tf.mul(
      tf.div(unbiasedFirst, tf.add(tf.sqrt(unbiasedSecond), tf.backend().epsilon())),
      -this.learningRate,
    );
    const changes = tf.split(
      change,
      gradients.map(({ tensor }) => tensor.size),
    );
    const variables = tf.engine().registeredVariables;
    for (const [i, { name, tensor }] of gradients.entries()) {
      const variable = variables[name]!;
      variable.assign(tf.add(tf.reshape(changes[i]!, tensor.shape), variable));
    }
  }

  dispose(): void {
    if (this.#moments) this.tf.dispose([this.#moments.first, this.#moments.second]);
    this.#moments = undefined;
  }
}

const float32Product = (a: number, b: number): number => Math.fround(a * Math.fround(b));
