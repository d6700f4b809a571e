import type * as tfjs from '@tensorflow/tfjs';
import { type Expression, formatExpression, parseExpression } from '../domain/expression.js';
import { ExpressionError } from '../domain/expression-error.js';
import { normalization } from '../domain/normalization.js';
import type { Tensor, Tf } from '../domain/operators/types.js';
import { AquasurfError } from '../errors.js';
import { loadedTf } from './backend/current-backend.js';
import { evaluateTensor } from './evaluate-tensor.js';

export interface ActivationFunctionConfig {
  /** The function's expression, e.g. `max(relu(x),cosh(elu(x)))`. */
  fn: string;
  /** Shift and scale the output to mean 0 and variance 1 for standard Gaussian input. @defaultValue false */
  normalize?: boolean;
  /** The layer's name. @defaultValue one that tfjs makes */
  name?: string;
}

interface ActivationFunctionConstructor {
  (config: ActivationFunctionConfig): tfjs.layers.Layer;
  new (config: ActivationFunctionConfig): tfjs.layers.Layer;
}

/**
 * A tfjs layer, of the backend that `loadBackend` has loaded, that applies an activation function element by element.
 * Called with or without `new`. It is registered as `ActivationFunction`, so that `model.save` and `tf.loadLayersModel`
 * keep it.
 * @throws AquasurfError EXPRESSION_INVALID, FUNCTION_NOT_NORMALIZABLE (moments diverge or variance 0),
 * BACKEND_UNAVAILABLE before `loadBackend`
 */
export const ActivationFunction = function ActivationFunction(config: ActivationFunctionConfig): tfjs.layers.Layer {
  return createActivationFunction(loadedTf(), config);
} as ActivationFunctionConstructor;

const CLASS_NAME = 'ActivationFunction';

type LayerClass = new (config: ActivationFunctionConfig) => tfjs.layers.Layer;

/** The same layer on a given tfjs. */
export function createActivationFunction(tf: Tf, config: ActivationFunctionConfig): tfjs.layers.Layer {
  return new (registerActivationFunction(tf))(config);
}

/** Makes the class on this tfjs and registers it for serialisation, once: tfjs's own registry holds it. */
export function registerActivationFunction(tf: Tf): LayerClass {
  const registered = tf.serialization.SerializationMap.getMap().classNameMap[CLASS_NAME];
  if (registered) return registered[0] as unknown as LayerClass;
  const layerClass = defineLayerClass(tf);
  tf.serialization.registerClass(layerClass);
  return layerClass;
}

function defineLayerClass(tf: Tf) {
  return class ActivationFunctionLayer extends tf.layers.Layer {
    static readonly className = CLASS_NAME;
    private readonly expression: Expression;
    /** Present when the output is normalised. */
    private readonly moments: { mean: number; std: number } | undefined;

    constructor(config: ActivationFunctionConfig) {
      super(config.name === undefined ? {} : { name: config.name });
      this.supportsMasking = true;
      this.expression = translating('EXPRESSION_INVALID', () => parseExpression(config.fn));
      this.moments = config.normalize
        ? translating('FUNCTION_NOT_NORMALIZABLE', () => normalization(this.expression))
        : undefined;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.tidy(() => {
        const x = Array.isArray(inputs) ? inputs[0]! : inputs;
        const y = evaluateTensor(tf, this.expression, x);
        return this.moments ? tf.div(tf.sub(y, this.moments.mean), this.moments.std) : y;
      });
    }

    override computeOutputShape(inputShape: tfjs.Shape): tfjs.Shape {
      return inputShape;
    }

    override getConfig(): tfjs.serialization.ConfigDict {
      return {
        ...super.getConfig(),
        fn: formatExpression(this.expression),
        normalize: this.moments !== undefined,
      };
    }
  };
}

function translating<T>(code: 'EXPRESSION_INVALID' | 'FUNCTION_NOT_NORMALIZABLE', body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof ExpressionError) throw new AquasurfError(code, error.message, { cause: error });
    throw error;
  }
}
