import { operatorsOfClass, type Schema, type Slot } from '../expression/schema.js';
import type { Operator, OperatorSet } from '../operators/types.js';
import { ValueClasses } from './value-classes.js';

/** One slot of the schema with the operator that the present instance has there. */
interface Node {
  readonly operators: readonly Operator[];
  /** Places of `operators` in the set. */
  readonly places: readonly number[];
  /** `name(` of each of `operators`. */
  readonly openings: readonly string[];
  /** Undefined stands for x. */
  readonly args: ReadonlyArray<Node | undefined>;
  digit: number;
  changed: boolean;
  name: string;
  /** Of the arguments, and of the whole; the root's own is not determined. */
  readonly argClasses: number[];
  class: number;
}

/**
 * Goes through the instances of a schema in an order of loops. Of each it knows the name and, for the arguments of the
 * outermost operator, the classes of their values; what did not change since the last instance is kept.
 */
export class SchemaWalk {
  readonly #classes: ValueClasses;
  /** In the order of the loops, outermost first. */
  readonly #loops: Node[];
  /** Arguments before what takes them; the root last. */
  readonly #postOrder: Node[] = [];
  readonly #root: Node;

  /**
   * @param schema not x
   * @param order all its slots, outermost loop first: `loopOrder` gives the instances in the order of their indices
   */
  constructor(schema: Slot, order: readonly Slot[], set: OperatorSet, classes: ValueClasses) {
    this.#classes = classes;
    const nodes = new Map<Slot, Node>();
    const build = (slot: Schema): Node | undefined => {
      if (slot.kind === 'x') return undefined;
      const args = slot.args.map(build);
      const operators = operatorsOfClass(set, slot.class);
      const node: Node = {
        operators,
        places: operators.map((operator) => classes.placeOf(operator)),
        openings: operators.map(({ name }) => `${name}(`),
        args,
        digit: 0,
        changed: true,
        name: '',
        argClasses: args.map(() => ValueClasses.X),
        class: ValueClasses.X,
      };
      nodes.set(slot, node);
      this.#postOrder.push(node);
      return node;
    };
    this.#root = build(schema)!;
    this.#loops = order.map((slot) => nodes.get(slot)!);
  }

  get name(): string {
    return this.#root.name;
  }

  /** The place in the set of the outermost operator. */
  get operator(): number {
    return this.#root.places[this.#root.digit]!;
  }

  /** Classes of its arguments; the next move writes over them. */
  get argClasses(): readonly number[] {
    return this.#root.argClasses;
  }

  /** Goes to an instance by its place in the order, from 0 on; there must be one. */
  seek(index: bigint): void {
    let rest = index;
    for (let i = this.#loops.length - 1; i >= 0; i--) {
      const node = this.#loops[i]!;
      const base = BigInt(node.operators.length);
      node.digit = Number(rest % base);
      node.changed = true;
      rest /= base;
    }
    this.#update();
  }

  /** Goes to the next instance; from the last one to the first. */
  next(): void {
    for (let i = this.#loops.length - 1; i >= 0; i--) {
      const node = this.#loops[i]!;
      node.changed = true;
      node.digit = (node.digit + 1) % node.operators.length;
      if (node.digit > 0) break;
    }
    this.#update();
  }

  #update(): void {
    for (const node of this.#postOrder) {
      for (let i = 0; i < node.args.length; i++) {
        const arg = node.args[i];
        if (!arg?.changed) continue;
        node.changed = true;
        node.argClasses[i] = arg.class;
      }
      if (!node.changed) continue;
      let name = node.openings[node.digit]! + (node.args[0]?.name ?? 'x');
      for (let i = 1; i < node.args.length; i++) name += `,${node.args[i]?.name ?? 'x'}`;
      node.name = `${name})`;
      if (node !== this.#root) node.class = this.#classes.classOf(node.places[node.digit]!, node.argClasses);
    }
    for (const node of this.#postOrder) node.changed = false;
  }
}
