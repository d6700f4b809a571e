import type * as tfjs from '@tensorflow/tfjs';
import { normalization } from '../domain/analysis/normalization.js';
import { type Expression, formatExpression, parseExpression } from '../domain/expression/expression.js';
import { ALL_OPERATORS } from '../domain/operators/index.js';
import { buildOperatorSet, type OperatorsDefinition } from '../domain/operators/own-operators.js';
import type { OperatorSet, Tensor, Tf } from '../domain/operators/types.js';
import { loadedTf } from './backend/current-backend.js';
import { checkOperators } from './check-operators.js';
import { evaluateTensor } from './evaluate-tensor.js';

export interface ActivationFunctionConfig {
  /** The function's expression, e.g. `max(relu(x),cosh(elu(x)))`. */
  fn: string;
  /** Shift and scale the output to mean 0 and variance 1 for standard Gaussian input. @defaultValue false */
  normalize?: boolean;
  /** Operators of one's own that the function uses. @defaultValue the built-in ones only */
  operators?: OperatorsDefinition;
  /** The layer's name. @defaultValue one that tfjs makes */
  name?: string;
}

interface ActivationFunctionConstructor {
  (config: ActivationFunctionConfig): tfjs.layers.Layer;
  new (config: ActivationFunctionConfig): tfjs.layers.Layer;
}

/**
 * A tfjs layer, of the backend that `loadBackend` has loaded, that applies an activation function element by element.
 * Whole numbers and booleans are taken as float32. Called with or without `new`. It is registered as `ActivationFunction`, so that `model.save` and `tf.loadLayersModel`
 * keep it; for a function with operators of one's own as `ActivationFunction.set.version`, which `registerOperators` has
 * to announce before such a model is loaded.
 * @throws AquasurfError EXPRESSION_INVALID, FUNCTION_NOT_NORMALIZABLE (moments diverge or variance 0), OPERATOR_INVALID,
 * BACKEND_UNAVAILABLE before `loadBackend`
 */
export const ActivationFunction = function ActivationFunction(config: ActivationFunctionConfig): tfjs.layers.Layer {
  const tf = loadedTf();
  return createActivationFunction(tf, config, config.operators && checkedSet(tf, config.operators));
} as ActivationFunctionConstructor;

/**
 * Makes saved models loadable whose functions use operators of one's own, on the backend that `loadBackend` has loaded.
 * @throws AquasurfError OPERATOR_INVALID for one that is wrong, BACKEND_UNAVAILABLE before `loadBackend`
 */
export function registerOperators(definition: OperatorsDefinition): void {
  const tf = loadedTf();
  registerActivationFunction(tf, checkedSet(tf, definition));
}

const CLASS_NAME = 'ActivationFunction';

type LayerConfig = Omit<ActivationFunctionConfig, 'operators'>;
type LayerClass = { new (config: LayerConfig): ActivationLayer; readonly operators: OperatorSet };

/** The layer, whose function may be exchanged while everything around it stays. */
export interface ActivationLayer extends tfjs.layers.Layer {
  /** @throws AquasurfError EXPRESSION_INVALID, FUNCTION_NOT_NORMALIZABLE */
  setFunction(fn: string): void;
  /** Whether it has been applied to numbers: what came of it depends on the function of that time. */
  readonly wasCalled: boolean;
}

/** The same layer on a given tfjs. @param operators @defaultValue ALL_OPERATORS */
export function createActivationFunction(
  tf: Tf,
  config: LayerConfig,
  operators: OperatorSet = ALL_OPERATORS,
): ActivationLayer {
  return new (registerActivationFunction(tf, operators))(config);
}

/**
 * Makes the class for these operators on this tfjs and registers it for serialisation, once: tfjs's own registry holds
 * it. Operators of one's own that were loaded anew take the place of those of the same id.
 */
export function registerActivationFunction(tf: Tf, operators: OperatorSet = ALL_OPERATORS): LayerClass {
  const className = operators.own ? `${CLASS_NAME}.${operators.name}.${operators.version}` : CLASS_NAME;
  const registered = tf.serialization.SerializationMap.getMap().classNameMap[className]?.[0];
  if (registered) {
    const layerClass = registered as unknown as LayerClass;
    if (!operators.own || layerClass.operators === operators) return layerClass;
  }
  const layerClass = defineLayerClass(tf, className, operators.own ? operators : ALL_OPERATORS);
  tf.serialization.registerClass(layerClass);
  return layerClass;
}

function checkedSet(tf: Tf, definition: OperatorsDefinition): OperatorSet {
  const set = buildOperatorSet(definition, '');
  checkOperators(tf, set);
  return set;
}

function defineLayerClass(tf: Tf, className: string, operators: OperatorSet) {
  return class ActivationFunctionLayer extends tf.layers.Layer {
    static readonly className = className;
    static readonly operators = operators;
    private expression!: Expression;
    private readonly normalize: boolean;
    /** Present when the output is normalised. */
    private moments: { mean: number; std: number } | undefined;
    wasCalled = false;

    constructor(config: LayerConfig) {
      super(config.name === undefined ? {} : { name: config.name });
      this.supportsMasking = true;
      this.normalize = config.normalize ?? false;
      this.setFunction(config.fn);
    }

    setFunction(fn: string): void {
      this.expression = parseExpression(fn, operators);
      this.moments = this.normalize ? normalization(this.expression, operators) : undefined;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      this.wasCalled = true;
      return tf.tidy(() => {
        const input = Array.isArray(inputs) ? inputs[0]! : inputs;
        // Most of TensorFlow's functions are of float32 alone.
        const x = input.dtype === 'float32' ? input : tf.cast(input, 'float32');
        const y = evaluateTensor(tf, this.expression, x, operators);
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
        normalize: this.normalize,
      };
    }
  };
}
