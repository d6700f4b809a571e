/** The functions that every search trains first: the eight of the paper's experiments (arXiv 2301.05785, section 4). */
export const BASELINES: readonly string[] = [
  'elu(x)',
  'relu(x)',
  'selu(x)',
  'sigmoid(x)',
  'softplus(x)',
  'softsign(x)',
  'swish(x)',
  'tanh(x)',
];
