import { type Assignment, assignments, valueName } from '../assignments.js';
import { helpersFor } from '../helpers.js';
import { camelCase } from '../names.js';
import { type ExportSource, inWords, type TargetFile } from '../source.js';
import { stepsOf } from '../steps.js';
import { comment, ecmascriptWords } from './ecmascript.js';
import { derivativeAssignments } from './typescript-derivative.js';
import { TYPESCRIPT_HELPERS } from './typescript-helpers.js';
import { TYPESCRIPT_OPERATORS } from './typescript-operators.js';

const TARGET = { key: 'typescript', operators: TYPESCRIPT_OPERATORS };

/** A module without dependencies: the function and its derivative, of float64 numbers. */
export function typescriptFile(source: ExportSource): TargetFile {
  const name = camelCase(ecmascriptWords(source, Object.keys(TYPESCRIPT_HELPERS)));
  const { expression, operators, normalization } = source;
  const program = stepsOf(expression, operators, true);
  const values = assignments(program, operators, TARGET);
  const slopes = derivativeAssignments(program, operators);

  const result = valueName(program.result);
  const valueBody = functionBody(values, normalization === undefined ? result : `(${result} - MEAN) / STD`);
  const slope = program.result === 0 ? '1' : (slopes[program.result]?.name ?? '0');
  const interleaved = values.flatMap((value, i) => [value, slopes[i + 1]].filter((one) => one !== undefined));
  const slopeBody = functionBody(interleaved, normalization === undefined ? slope : `${slope} / STD`);

  const blocks = [
    comment([...source.description, '', 'Numbers are float64. No dependencies.']),
    ...(normalization === undefined ? [] : [`const MEAN = ${normalization.mean};\nconst STD = ${normalization.std};`]),
    ...helpersFor(TYPESCRIPT_HELPERS, [...valueBody, ...slopeBody]),
    functionCode(inWords(source, 'of one number'), name, valueBody),
    functionCode(['Its derivative; at a kink that of one side.'], `${name}Derivative`, slopeBody),
  ];
  return { name, code: `${blocks.join('\n\n')}\n` };
}

function functionCode(meaning: readonly string[], name: string, body: readonly string[]): string {
  const parameter = body.some((line) => identifiers(line).includes('x')) ? 'x' : '_x';
  return [comment(meaning), `export function ${name}(${parameter}: number): number {`, ...body, '}'].join('\n');
}

/** The assignments that the result needs, and the result; the last one is returned directly. */
function functionBody(all: readonly Assignment[], result: string): string[] {
  const needed = new Set(identifiers(result));
  const kept: Assignment[] = [];
  for (const assignment of all.toReversed()) {
    if (!needed.has(assignment.name)) continue;
    kept.unshift(assignment);
    for (const name of identifiers(assignment.code)) needed.add(name);
  }
  const last = kept.at(-1);
  const direct = last !== undefined && last.name === result;
  const lines = (direct ? kept.slice(0, -1) : kept).map(({ name, code }) => `  const ${name} = ${code};`);
  return [...lines, `  return ${direct ? last.code : result};`];
}

const identifiers = (code: string): string[] => code.match(/[A-Za-z_]\w*/g) ?? [];
