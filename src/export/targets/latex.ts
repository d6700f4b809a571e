import type { OperatorSet } from '../../domain/operators/types.js';
import { snakeCase } from '../names.js';
import { argumentNames, fillTemplate, ownCode } from '../operator-code.js';
import type { ExportSource, TargetFile } from '../source.js';
import { type Step, type Steps, stepsOf } from '../steps.js';
import {
  ATOM,
  atom,
  type Definition,
  type Formula,
  LATEX_DEFINITIONS,
  LATEX_OPERATORS,
  SUM,
  within,
} from './latex-operators.js';

/** A displayed formula, the sub-expressions that it holds more than once, and what its named functions are. */
export function latexFile(source: ExportSource): TargetFile {
  const { expression, operators, normalization } = source;
  const program = stepsOf(expression, operators, false);
  const name = source.named ? `\\operatorname{${snakeCase(source.words).replaceAll('_', '\\_')}}` : 'f';
  const { result, repeated } = formulas(program, operators);
  const rows: Definition[] = [
    normalization === undefined
      ? { left: `${name}(x)`, right: result.tex }
      : {
          left: `${name}(x)`,
          right: `\\frac{g(x) - \\mu}{s}, \\quad \\mu = ${normalization.mean}, \\quad s = ${normalization.std}`,
        },
    ...(normalization === undefined ? [] : [{ left: 'g(x)', right: result.tex }]),
    ...repeated,
    ...definitions(program),
  ];
  const code = [
    ...source.description.map((line) => (line === '' ? '%' : `% ${line}`)),
    '%',
    '% Needs the package amsmath.',
    '\\[',
    '\\begin{aligned}',
    rows.map(({ left, right }) => `  ${left} &= ${right}`).join(' \\\\\n'),
    '\\end{aligned}',
    '\\]',
  ].join('\n');
  return { name: snakeCase(source.words), code: `${code}\n` };
}

/** The formula of the result, in which values that occur more than once are u₁, u₂, ... */
function formulas(program: Steps, operators: OperatorSet): { result: Formula; repeated: Definition[] } {
  const uses = program.steps.flatMap(({ args }) => args);
  const values: Formula[] = [atom('x')];
  const repeated: Definition[] = [];
  for (const step of program.steps) {
    const args = step.args.map((arg) => values[arg]!);
    const formula = stepFormula(step, args, operators);
    const often = formula.binds > ATOM && uses.filter((use) => use === values.length).length > 1;
    const symbol = `u_{${repeated.length + 1}}`;
    if (often) repeated.push({ left: symbol, right: formula.tex });
    values.push(often ? atom(symbol) : formula);
  }
  return { result: values[program.result]!, repeated };
}

/** The formula of an operator of one's own may be a sum: it stands in parentheses wherever that matters. */
function stepFormula({ operator, own }: Step, args: readonly Formula[], operators: OperatorSet): Formula {
  if (!own) return LATEX_OPERATORS[operator]!(...args);
  const texts = args.map((arg) => within(arg, ATOM));
  return { tex: fillTemplate(ownCode(operators, operator, 'latex'), argumentNames(texts)), binds: SUM };
}

/** The definitions of the named functions in use, in the order of their table; none twice. */
function definitions({ steps }: Steps): Definition[] {
  const wanted = new Set<Definition>();
  const want = (name: string): void => {
    const definition = LATEX_DEFINITIONS[name];
    if (definition === undefined) return;
    wanted.add(definition);
    definition.uses?.forEach(want);
  };
  for (const { operator, own } of steps) if (!own) want(operator);
  const byLeft = new Map([...wanted].map((definition) => [definition.left, definition]));
  return Object.values(LATEX_DEFINITIONS).filter((definition) => byLeft.get(definition.left) === definition);
}
