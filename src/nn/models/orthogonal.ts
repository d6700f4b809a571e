import type { Tensor2D } from '@tensorflow/tfjs';
import { dot } from '../../domain/dot.js';
import type { Tf } from '../../domain/operators/types.js';

/**
 * Initial weights[inputs, units] whose columns (rows, where there are fewer of them) are orthonormal: normal numbers made
 * so by Gram and Schmidt (Saxe, McClelland and Ganguli, arXiv 1312.6120). A layer with them keeps the size of every
 * signal, not only that of the average one, so that networks of different seeds behave more alike. tfjs has an
 * initialiser for this, which takes as long as half of a short training.
 *
 * Drawn from `Math.random`, as tfjs's initialisers are that get no seed.
 */
export function orthogonal(tf: Tf, inputs: number, units: number): Tensor2D {
  const [vectors, length] = inputs >= units ? [units, inputs] : [inputs, units];
  return tf.tidy(() => {
    const normal = tf.randomNormal([vectors, length], 0, 1, 'float32', Math.random()).dataSync() as Float32Array;
    const basis = tf.tensor2d(orthonormalRows(normal, vectors, length), [vectors, length]);
    return inputs >= units ? basis.transpose() : basis;
  });
}

/** Modified Gram-Schmidt in float64 on the rows of a matrix[rows, columns] of full rank. */
function orthonormalRows(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const basis: Float64Array[] = [];
  for (let i = 0; i < rows; i++) {
    const row = Float64Array.from(matrix.subarray(i * columns, (i + 1) * columns));
    for (const earlier of basis) addScaled(row, earlier, -dot(row, earlier));
    addScaled(row, row, 1 / Math.sqrt(dot(row, row)) - 1);
    basis.push(row);
  }
  return Float32Array.from(basis.flatMap((row) => [...row]));
}

/** a + factor · b into a, which may be b. */
function addScaled(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! += factor * b[i]!;
}
