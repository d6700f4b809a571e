import type { Tensor, Tf } from '../../domain/operators/types.js';
import { SeededRandom } from '../../domain/random/seeded-random.js';
import { AquasurfError } from '../../errors.js';

/** Loss at the start and after each of two steps, in float64 (its test computes them again). */
export const EXPECTED_LOSSES = [1.890076, 1.202141, 0.928143];
/** Relative. TensorFlow's float32 is off by 6e-5, since Adam enlarges tiny gradients; a wrong gradient by far more. */
const TOLERANCE = 2e-3;

const BATCH = 8;
const CLASSES = 4;

/**
 * Trains two steps of a tiny network with a convolution, a max-pool on negative values and a dense layer, from fixed
 * weights on fixed data, and compares the losses with stored ones. A library that loads but computes wrongly (a driver
 * that does not fit, a kernel with a wrong gradient) is found here and not in a study's results.
 * @throws AquasurfError BACKEND_FAULTY with the losses
 */
export function selfCheck(tf: Tf): void {
  const losses = trainTwoSteps(tf);
  const agrees = losses.every((loss, i) => Math.abs(loss - EXPECTED_LOSSES[i]!) <= TOLERANCE * EXPECTED_LOSSES[i]!);
  if (agrees) return;
  throw new AquasurfError(
    'BACKEND_FAULTY',
    `the backend computes wrongly: losses of a check network are ${losses.map((loss) => loss.toFixed(6)).join(', ')}, ` +
      `expected ${EXPECTED_LOSSES.join(', ')}. Install another build (\`aquasurf backend install cpu\`) or choose one with --backend`,
  );
}

function trainTwoSteps(tf: Tf): number[] {
  const random = new SeededRandom('self-check');
  const draw = (shape: number[], scale: number) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * random.normal());
    return tf.tensor(values, shape);
  };
  return tf.tidy(() => {
    const inputs = draw([BATCH, 6, 6, 2], 1) as ReturnType<Tf['tensor4d']>;
    const labels = tf.oneHot(
      tf.tensor1d(
        Array.from({ length: BATCH }, (_, i) => i % CLASSES),
        'int32',
      ),
      CLASSES,
    );
    const kernel = draw([3, 3, 2, 4], 0.4).variable() as ReturnType<Tf['variable']>;
    const dense = draw([36, CLASSES], 0.3).variable();
    const bias = tf.zeros([CLASSES]).variable();
    const optimizer = tf.train.adam(0.05);
    const loss = () => {
      const features = tf.maxPool(tf.conv2d(inputs, kernel as ReturnType<Tf['tensor4d']>, 1, 'same'), 2, 2, 'same');
      const logits = tf.add(tf.matMul(tf.reshape(tf.tanh(features), [BATCH, 36]), dense), bias);
      return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1))).asScalar();
    };
    try {
      const losses = [1, 2].map(() => read(optimizer.minimize(loss, true, [kernel, dense, bias])));
      return [...losses, read(loss())];
    } finally {
      optimizer.dispose();
      tf.dispose([kernel, dense, bias]);
    }
  });
}

const read = (scalar: Tensor | null): number => scalar?.dataSync()[0] ?? Number.NaN;
