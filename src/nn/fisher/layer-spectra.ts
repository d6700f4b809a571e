import { setImmediate as turn } from 'node:timers/promises';
import type { LayerSpectrum } from '../../domain/features/spectrum.js';
import type { Tf } from '../../domain/operators/types.js';
import type { CountedLayer } from './counted-layers.js';
import { type EigenvalueSolver, factorEigenvalues } from './eigenvalue-solver.js';
import { factorSizes, layerFactors } from './layer-factors.js';
import type { LayerTrace } from './trace-layers.js';

interface LayerSpectraOptions {
  compat: boolean;
  /** @defaultValue in this thread */
  solve: EigenvalueSolver | undefined;
  /** Told which part ends now. */
  clock: (part: 'covariance' | 'eigenvalues') => void;
}

/**
 * The eigenvalues of each layer's factors, in the order of the layers. Traces are disposed of, each as soon as its
 * covariances are made. The largest problems come first, so that their eigenvalues, where `solve` works them out in
 * other threads, run beside the covariances of the others.
 */
export async function layerSpectra(
  tf: Tf,
  layers: readonly CountedLayer[],
  traces: readonly LayerTrace[],
  { compat, solve, clock }: LayerSpectraOptions,
): Promise<LayerSpectrum[]> {
  const work = layers.map((layer, index) => ({ layer, index, trace: traces[index]! }));
  const sized = work.map((item) => ({ ...item, sizes: factorSizes(item.layer, item.trace, compat) }));
  sized.sort((a, b) => Math.max(b.sizes.input, b.sizes.gradient) - Math.max(a.sizes.input, a.sizes.gradient));
  const open = new Set(traces);
  const spectra = new Array<Promise<LayerSpectrum>>(layers.length);
  try {
    for (const { layer, index, trace, sizes } of sized) {
      const { input, gradient } = await factorsOf(tf, layer, trace, compat);
      dispose(tf, trace);
      open.delete(trace);
      clock('covariance');
      const both = [factorEigenvalues(input, sizes.input, solve), factorEigenvalues(gradient, sizes.gradient, solve)];
      spectra[index] = Promise.all(both).then(([inputEigenvalues, gradientEigenvalues]) => {
        return {
          layer: layer.name,
          weights: layer.weights,
          inputEigenvalues: inputEigenvalues!,
          gradientEigenvalues: gradientEigenvalues!,
        };
      });
      // Threads that are done get their next problem.
      await turn();
      clock('eigenvalues');
    }
    const all = await Promise.all(spectra);
    clock('eigenvalues');
    return all;
  } finally {
    await Promise.allSettled(spectra.filter((spectrum) => spectrum !== undefined));
    for (const trace of open) dispose(tf, trace);
  }
}

async function factorsOf(tf: Tf, layer: CountedLayer, trace: LayerTrace, compat: boolean) {
  // A layer that the loss does not depend on has the gradient 0.
  const gradient = trace.gradient ?? tf.zeros(trace.outputShape);
  try {
    return await layerFactors(tf, layer, trace.input, gradient, compat);
  } finally {
    if (!trace.gradient) gradient.dispose();
  }
}

function dispose(tf: Tf, { input, gradient }: LayerTrace): void {
  tf.dispose(gradient ? [input, gradient] : [input]);
}
