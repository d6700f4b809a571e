import { hash } from 'node:crypto';
import type { Operator, OperatorSet } from '../operators/types.js';
import type { OperatorLoops } from './operator-loop.js';

/** Ids below this fit an exact numeric key of an operator and two arguments: 13 + 20 + 20 bits. */
const SMALL_ID = 2 ** 20;

/** Identifies an operator applied to classes of values. */
type ApplicationKey = number | string;

/** @param operator its place in the set */
function applicationKey(operator: number, args: readonly number[]): ApplicationKey {
  const [a = 0, b = 0] = args;
  if (args.length > 2 || a >= SMALL_ID || b >= SMALL_ID) return `${operator}:${args.join()}`;
  return (operator * SMALL_ID + a) * SMALL_ID + b;
}

/**
 * Classes of inner expressions that have the same float64 values, -0 told from +0, on all samples: whatever is applied
 * to two members of a class gives the same. (NaNs are one value: no arithmetic sees their bits.) Each class is evaluated
 * once; 27 unary operators make 19,683 chains of three, but 11,408 classes.
 */
export class ValueClasses {
  /** The class of x itself. */
  static readonly X = 0;
  /** Of the set, in the order of their places. */
  readonly operators: readonly Operator[];
  readonly #loops: OperatorLoops;
  readonly #places: ReadonlyMap<Operator, number>;
  readonly #byApplication = new Map<ApplicationKey, number>();
  readonly #byValues = new Map<string, number>();
  readonly #recipes: Array<{ operator: number; args: readonly number[] }> = [{ operator: -1, args: [] }];
  readonly #samples: Float64Array;
  /** Values of the first classes, of which others are made, and in turn of the newest, which are asked for next. */
  readonly #kept: Float64Array;
  readonly #first: number;
  readonly #newest: number;
  readonly #work: Float64Array;
  readonly #workBytes: Uint8Array;

  /**
   * @param samples the values of x
   * @param room for values that are kept, half of it for the first classes and half for the newest; those of others are
   *   computed again each time that they are asked for
   */
  constructor(set: OperatorSet, samples: Float64Array, room: Float64Array, loops: OperatorLoops) {
    this.#loops = loops;
    this.operators = [...set.unary, ...set.binary, ...set.nary];
    this.#places = new Map(this.operators.map((operator, place) => [operator, place]));
    this.#samples = samples;
    this.#kept = room;
    const rows = Math.floor(room.length / samples.length);
    this.#first = Math.ceil(rows / 2);
    this.#newest = rows - this.#first;
    this.#work = new Float64Array(samples.length);
    this.#workBytes = new Uint8Array(this.#work.buffer);
  }

  get count(): number {
    return this.#recipes.length;
  }

  /** The operator's place in the set, as keys and `evaluate` take it. */
  placeOf(operator: Operator): number {
    return this.#places.get(operator)!;
  }

  /** The class of an operator applied to members of classes. */
  classOf(operator: number, args: readonly number[]): number {
    const key = applicationKey(operator, args);
    const known = this.#byApplication.get(key);
    if (known !== undefined) return known;
    const found = this.#intern(operator, args);
    this.#byApplication.set(key, found);
    return found;
  }

  /** Writes the values of an operator applied to members of classes. */
  evaluate(operator: number, args: readonly Float64Array[], out: Float64Array): void {
    this.#loops.of(this.operators[operator]!, args.length)(args, out);
  }

  /**
   * The values of a class; not to be written to, and valid until classes are added.
   * @param room where to write them if they were not kept
   */
  values(id: number, room?: Float64Array): Float64Array {
    if (id === ValueClasses.X) return this.#samples;
    const kept = this.#place(id);
    if (kept) return kept;
    const { operator, args } = this.#recipes[id]!;
    const values = room ?? new Float64Array(this.#work.length);
    this.evaluate(operator, this.#valuesOfAll(args), values);
    return values;
  }

  /** Filled from its beginning, as the lists of all callers of a loop are: the engine compiles a loop for one kind. */
  #valuesOfAll(ids: readonly number[]): Float64Array[] {
    const all: Float64Array[] = [];
    for (const id of ids) all.push(this.values(id));
    return all;
  }

  #intern(operator: number, args: readonly number[]): number {
    const work = this.#work;
    this.evaluate(operator, this.#valuesOfAll(args), work);
    for (let i = 0; i < work.length; i++) if (Number.isNaN(work[i])) work[i] = Number.NaN;
    const digest = hash('sha256', this.#workBytes, 'base64');
    const known = this.#byValues.get(digest);
    if (known !== undefined) return known;
    const id = this.#recipes.length;
    this.#byValues.set(digest, id);
    this.#recipes.push({ operator, args: [...args] });
    this.#place(id)?.set(work);
    return id;
  }

  #place(id: number): Float64Array | undefined {
    const isKept = id <= this.#first || id > this.count - 1 - this.#newest;
    if (!isKept) return undefined;
    const row = id <= this.#first ? id - 1 : this.#first + (id % this.#newest);
    return this.#kept.subarray(row * this.#samples.length, (row + 1) * this.#samples.length);
  }
}
