import type { SeededRandom } from '../../src/domain/random/seeded-random.js';
import type { Node } from './plain-layers.js';

type Shape = [height: number, width: number, channels: number];

/**
 * Small networks on images, made at random: convolutions and depthwise convolutions with kernels of 1 to 5 and strides
 * of 1 to 3, `same` and `valid`, with and without bias, dense layers on positions, residual sums, concatenations,
 * batch normalisation, dropout, pooling, and one dense layer or global average at the end.
 */
export function randomNetwork(random: SeededRandom): { nodes: Node[]; inputShape: Shape } {
  const between = (low: number, high: number) => low + random.integer(high - low + 1);
  const oneOf = <T>(...choices: T[]): T => choices[random.integer(choices.length)]!;
  const inputShape: Shape = [between(5, 8), between(5, 8), between(1, 3)];
  const nodes: Node[] = [];
  let shape = inputShape;
  let last = 'input';
  const name = () => `n${nodes.length}`;
  const append = (node: Node, next: Shape = shape) => {
    nodes.push(node);
    [last, shape] = [node.name, next];
  };
  const convolve = (filters: number | 'depthwise') => {
    const padding = oneOf('same', 'valid');
    const k = Math.min(between(1, 5), padding === 'valid' ? Math.min(shape[0], shape[1]) : 5);
    const stride = between(1, 3);
    const geometry = { name: name(), k, stride, padding, bias: oneOf(true, false) } as const;
    const along = (size: number) => Math.ceil((padding === 'same' ? size : size - k + 1) / stride);
    const channels = filters === 'depthwise' ? shape[2] : filters;
    const node: Node =
      filters === 'depthwise' ? { kind: 'depthwise', ...geometry } : { kind: 'conv', filters, ...geometry };
    append(node, [along(shape[0]), along(shape[1]), channels]);
  };
  const steps: Array<() => void> = [
    () => convolve(between(1, 4)),
    () => convolve(between(1, 4)),
    () => convolve('depthwise'),
    () => append({ kind: 'batchNorm', name: name() }),
    () => append({ kind: 'dropout', name: name() }),
    () => {
      const units = between(1, 4);
      append({ kind: 'dense', name: name(), units, bias: oneOf(true, false) }, [shape[0], shape[1], units]);
    },
    () => {
      const size = 2;
      if (Math.min(shape[0], shape[1]) < size) return;
      const next: Shape = [Math.floor(shape[0] / size), Math.floor(shape[1] / size), shape[2]];
      append({ kind: oneOf('maxPool', 'averagePool'), name: name(), size }, next);
    },
    // A branch of one convolution that meets the straight way again.
    () => {
      const [from, channels] = [last, shape[2]];
      const join = oneOf('add', 'concat');
      const filters = join === 'add' ? channels : between(1, 3);
      const k = between(1, 5);
      const branch = {
        kind: 'conv',
        name: name(),
        filters,
        k,
        stride: 1,
        padding: 'same',
        bias: oneOf(true, false),
      } as const;
      append(branch, [shape[0], shape[1], filters]);
      const both = [from, last];
      append({ kind: join, name: name(), from: both }, [
        shape[0],
        shape[1],
        join === 'add' ? channels : channels + filters,
      ]);
    },
  ];
  for (let i = between(2, 4); i > 0; i--) {
    oneOf(...steps)();
    append({ kind: 'tanh', name: name() });
  }
  append({ kind: oneOf('flatten', 'globalAverage'), name: name() });
  append({ kind: 'dense', name: name(), units: between(2, 4), bias: oneOf(true, false) });
  return { nodes, inputShape };
}
