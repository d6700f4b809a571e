import { assignments } from '../assignments.js';
import { helpersFor } from '../helpers.js';
import { camelCase, pascalCase } from '../names.js';
import { type ExportSource, inWords, type TargetFile } from '../source.js';
import { stepsOf } from '../steps.js';
import { comment, ecmascriptWords } from './ecmascript.js';
import { TFJS_HELPERS, TFJS_OPERATORS } from './tfjs-operators.js';

const TARGET = { key: 'tfjs', operators: TFJS_OPERATORS };

/** An ES module that is given tf, so that it works with each of tfjs's packages: the function, and a layer. */
export function tfjsFile(source: ExportSource): TargetFile {
  const words = ecmascriptWords(source, ['tf', ...Object.keys(TFJS_HELPERS)]);
  const name = camelCase(words);
  const { expression, operators, normalization } = source;
  const all = assignments(stepsOf(expression, operators, true), operators, TARGET);
  const declared = normalization === undefined ? all.slice(0, -1) : all;
  const last = normalization === undefined ? all.at(-1)?.code : all.at(-1)?.name;
  const result = last ?? (normalization === undefined ? 'tf.clone(x)' : 'x');
  const body = [
    ...declared.map((assignment) => `    const ${assignment.name} = ${assignment.code};`),
    `    return ${normalization === undefined ? result : `tf.div(tf.sub(${result}, MEAN), STD)`};`,
  ];
  const blocks = [
    comment([
      ...source.description,
      '',
      'For TensorFlow.js 4; `tf` is the module of @tensorflow/tfjs, tfjs-node or tfjs-node-gpu.',
      `Use ${name}(tf, x), or ${name}Layer(tf) as a layer of a model. Before loading a saved model, call`,
      `${name}Layer(tf) once: it registers the layer's class.`,
    ]),
    ...(normalization === undefined ? [] : [`const MEAN = ${normalization.mean};\nconst STD = ${normalization.std};`]),
    ...helpersFor(TFJS_HELPERS, body),
    [
      comment(inWords(source, 'of a tensor, element by element')),
      `export function ${name}(tf, x) {`,
      '  return tf.tidy(() => {',
      ...body,
      '  });',
      '}',
    ].join('\n'),
    layerCode(name, pascalCase(words)),
  ];
  return { name, code: `${blocks.join('\n\n')}\n` };
}

const layerCode = (name: string, className: string): string => `${comment([
  'The function as a layer, registered for serialisation.',
])}
export function ${name}Layer(tf, config = {}) {
  const registered = tf.serialization.SerializationMap.getMap().classNameMap;
  if (!registered.${className}) {
    tf.serialization.registerClass(
      class ${className} extends tf.layers.Layer {
        static className = '${className}';
        call(inputs) {
          return ${name}(tf, Array.isArray(inputs) ? inputs[0] : inputs);
        }
        computeOutputShape(inputShape) {
          return inputShape;
        }
      },
    );
  }
  return new registered.${className}[0](config);
}`;
