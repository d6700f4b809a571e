// Usage: node train-xor.cjs FOLDER VERSION...
// Exit code 0 when the tfjs-node in FOLDER loads, runs one of the TensorFlow VERSIONs and learns XOR.
const { createRequire } = require('node:module');
const { join } = require('node:path');
const util = require('node:util');

util.isNullOrUndefined ??= (value) => value === null || value === undefined; // gone in Node 23; tfjs-node calls it

const [folder, ...versions] = process.argv.slice(2);
const tf = createRequire(join(folder, 'package.json'))('@tensorflow/tfjs-node');

async function main() {
  const version = tf.backend().binding.TF_Version;
  if (!versions.includes(version)) throw new Error(`it is TensorFlow ${version}`);
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [2], kernelInitializer }),
      tf.layers.dense({ units: 1, kernelInitializer }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
  const inputs = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
  const labels = tf.tensor2d([0, 1, 1, 0], [4, 1]);
  const { history } = await model.fit(inputs, labels, { epochs: 150, verbose: 0, shuffle: false });
  const [first, last] = [history.loss[0], history.loss.at(-1)];
  if (!(last < first / 10)) throw new Error(`the loss went from ${first} to ${last}`);
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
