import type { Scalar } from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../domain/operators/types.js';

/**
 * Loss and accuracy summed over batches on the device: reading a number back makes the device wait, so that happens
 * once at the end and not once a step.
 */
export class RunningMetrics {
  private sums: Tensor;
  private examples = 0;

  constructor(private readonly tf: Tf) {
    this.sums = tf.keep(tf.zeros([2]));
  }

  /** To be called inside tf.tidy. @param loss mean over the batch  @param classes true class indices [batch] */
  add(loss: Tensor, scores: Tensor, classes: Tensor): void {
    const { tf } = this;
    const count = classes.shape[0]!;
    const correct = tf.sum(tf.cast(tf.equal(tf.argMax(scores, -1), classes), 'float32'));
    const sums = tf.keep(tf.add(this.sums, tf.stack([tf.mul(loss, count) as Scalar, correct as Scalar])));
    this.sums.dispose();
    this.sums = sums;
    this.examples += count;
  }

  /** Means so far; a loss that is not finite is NaN. */
  async read(): Promise<{ loss: number; accuracy: number }> {
    const [loss, correct] = await this.sums.data();
    return {
      loss: Number.isFinite(loss) ? loss! / this.examples : Number.NaN,
      accuracy: correct! / this.examples,
    };
  }

  dispose(): void {
    this.sums.dispose();
  }
}
