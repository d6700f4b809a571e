import { z } from 'zod';
import { parseExpression } from '../../domain/expression/expression.js';
import { ALL_OPERATORS } from '../../domain/operators/index.js';
import type { OperatorSet } from '../../domain/operators/types.js';
import { AquasurfError, errorLine } from '../../errors.js';
import type { TaskDefinition } from '../task.js';

const isFunction = (value: unknown) => typeof value === 'function';
const aFunction = (what: string) => z.custom<(...args: never[]) => unknown>(isFunction, `expected ${what}`);

/** Over the built-in operators, or those of a set of the task's module: which set it is, the study says. */
const expression = (sets: readonly OperatorSet[]) =>
  z.string().superRefine((text, context) => {
    const faults = [ALL_OPERATORS, ...sets].map((set) => faultOf(text, set));
    const [fault] = faults;
    if (fault !== undefined && !faults.includes(undefined)) context.addIssue({ code: 'custom', message: fault });
  });

function faultOf(text: string, set: OperatorSet): string | undefined {
  try {
    parseExpression(text, set);
    return undefined;
  } catch (error) {
    return errorLine(error);
  }
}

/** What a task must hold. Strict, so that a misspelt option is not silently left out. */
const taskSchema = (sets: readonly OperatorSet[]) =>
  z
    .strictObject({
      name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/, 'expected letters, digits, - _ . / (at most 128)'),
      description: z.string().optional(),
      buildModel: aFunction('a function ({ tf, activation }) => model').optional(),
      loadData: aFunction('a function ({ cacheDir, notify }) => data set').optional(),
      dataVersion: z.string().min(1).optional(),
      loss: z
        .union([z.literal('categoricalCrossentropy'), aFunction('')], {
          error: "expected 'categoricalCrossentropy' or a function (tf, labels, predictions) => scalar",
        })
        .optional(),
      training: z
        .strictObject({
          epochs: z.int().positive().optional(),
          batchSize: z.int().positive().optional(),
          evaluationBatchSize: z.int().positive().optional(),
          optimizer: z
            .union([z.enum(['adam', 'sgd', 'rmsprop']), aFunction('')], {
              error: "expected 'adam', 'sgd', 'rmsprop' or a function (tf) => optimizer",
            })
            .optional(),
          learningRate: z.number().positive().optional(),
          learningRateDecay: z.enum(['none', 'linear', 'cosine']).optional(),
        })
        .optional(),
      fisher: z.strictObject({ batchSize: z.int().positive().optional() }).optional(),
      regressor: aFunction('a function ({ seed }) => { fit, predict }').optional(),
      baselines: z.array(expression(sets)).min(1).optional(),
    })
    .superRefine(({ buildModel, loadData }, context) => {
      if (!buildModel === !loadData) return;
      const [path, form] = buildModel
        ? ['loadData', '({ cacheDir, notify }) => data set']
        : ['buildModel', '({ tf, activation }) => model'];
      const message = `expected a function ${form}, or neither this nor the other where the network lives elsewhere`;
      context.addIssue({ code: 'custom', path: [path], message });
    });

/**
 * A task definition, checked.
 * @param origin the module's path, for the message
 * @param operators sets of one's own in the module, which the baselines may use
 * @throws AquasurfError TASK_INVALID with every part that is missing or wrong
 */
export function parseTask(value: unknown, origin: string, operators: readonly OperatorSet[] = []): TaskDefinition {
  const parsed = taskSchema(operators).safeParse(value);
  // The checks do not see the functions' types: those are the compiler's matter.
  if (parsed.success) return value as TaskDefinition;
  const found =
    typeof value === 'object' && value !== null && 'name' in value ? `task ${String(value.name)}` : 'a task';
  const issues = parsed.error.issues.map(({ path, message }) =>
    path.length ? `${path.join('.')}: ${message}` : message,
  );
  throw new AquasurfError('TASK_INVALID', `${found} in ${origin} is not valid: ${issues.join('; ')}`);
}
