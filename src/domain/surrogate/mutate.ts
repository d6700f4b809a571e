import { type Expression, X } from '../expression/expression.js';
import type { OperatorSet } from '../operators/types.js';
import type { SeededRandom } from '../random/seeded-random.js';

type Call = Extract<Expression, { kind: 'call' }>;

/**
 * One random change of a function, as PANGAEA makes them (Bingham & Miikkulainen 2020, arXiv 2006.03179, section 3.2):
 * insert an operator at a random place, remove one, change one into another of its arity, or make all operators anew in
 * the same graph. Where a binary operator is inserted, its other argument is x; where one is removed, one of its arguments
 * stays, at random.
 */
export function mutate(parent: Expression, operators: OperatorSet, random: SeededRandom): Expression {
  const kinds = [insert, remove, change, regenerate];
  return kinds[random.integer(kinds.length)]!(parent, operators, random);
}

function insert(parent: Expression, operators: OperatorSet, random: SeededRandom): Expression {
  const place = random.integer(countNodes(parent));
  return rewrite(parent, place, (node) => {
    const unary = random.integer(2) === 0;
    if (unary) return { kind: 'call', operator: pick(operators.unary, random), args: [node] };
    const args = random.integer(2) === 0 ? [node, X] : [X, node];
    return { kind: 'call', operator: pick(operators.binary, random), args };
  });
}

function remove(parent: Expression, _: OperatorSet, random: SeededRandom): Expression {
  return atRandomCall(parent, random, ({ args }) => args[random.integer(args.length)]!);
}

function change(parent: Expression, operators: OperatorSet, random: SeededRandom): Expression {
  return atRandomCall(parent, random, (call) => renamed(call, operators, random));
}

function regenerate(parent: Expression, operators: OperatorSet, random: SeededRandom): Expression {
  if (parent.kind === 'x') return parent;
  const args = parent.args.map((arg) => regenerate(arg, operators, random));
  return { ...renamed(parent, operators, random), args };
}

/** The same arguments under another operator of their number. */
function renamed(call: Call, operators: OperatorSet, random: SeededRandom): Call {
  const { unary, binary, nary } = operators;
  const isNary = nary.some(({ name }) => name === call.operator);
  const among = isNary ? nary : call.args.length === 1 ? unary : binary;
  const others = among.filter(({ name }) => name !== call.operator);
  return others.length === 0 ? call : { ...call, operator: pick(others, random) };
}

function atRandomCall(parent: Expression, random: SeededRandom, replace: (call: Call) => Expression): Expression {
  const calls = countCalls(parent);
  if (calls === 0) return parent;
  let left = random.integer(calls);
  const visit = (node: Expression): Expression => {
    if (node.kind === 'x') return node;
    if (left-- === 0) return replace(node);
    return { ...node, args: node.args.map(visit) };
  };
  return visit(parent);
}

/** Replaces the node of that number, counted in the order in which the text names them. */
function rewrite(root: Expression, place: number, replace: (node: Expression) => Expression): Expression {
  let left = place;
  const visit = (node: Expression): Expression => {
    if (left-- === 0) return replace(node);
    return node.kind === 'x' ? node : { ...node, args: node.args.map(visit) };
  };
  return visit(root);
}

const countNodes = (node: Expression): number =>
  node.kind === 'x' ? 1 : node.args.reduce((sum, arg) => sum + countNodes(arg), 1);
const countCalls = (node: Expression): number =>
  node.kind === 'x' ? 0 : node.args.reduce((sum, arg) => sum + countCalls(arg), 1);
const pick = (among: readonly { name: string }[], random: SeededRandom): string =>
  among[random.integer(among.length)]!.name;
