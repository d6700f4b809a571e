import { canonicalHash } from '../canonical-hash.js';
import { countOperators, formatExpression, parseExpression } from '../expression.js';
import type { OperatorSet } from '../operators/types.js';
import { isUsable, OUTPUT_INPUTS, outputFeatures } from '../output-features.js';
import { parseSchema, type Schema, type Slot, schemaSize } from '../schema.js';
import { BatchBuilder, type FunctionBatch } from './function-batch.js';
import { OperatorLoops } from './operator-loop.js';
import { OutputHasher } from './output-hasher.js';
import { IndexSample } from './sample.js';
import { SchemaWalk } from './schema-walk.js';
import { type ApplicationKey, applicationKey, ValueClasses } from './value-classes.js';

/** An ordered list of functions: the instances of a schema, a seeded choice of them, or names. */
export interface FunctionSource {
  schema?: string;
  /** Not all instances in their order, but as IndexSample chooses them. */
  sampleSeed?: number;
  names?: readonly string[];
}

/**
 * Samples are evaluated in ascending order: operators that are defined piece by piece then take the same branch many
 * times in a row.
 */
const ASCENDING = Uint16Array.from(OUTPUT_INPUTS.keys()).sort((a, b) => OUTPUT_INPUTS[a]! - OUTPUT_INPUTS[b]!);
const INPUTS = Float64Array.from(ASCENDING, (place) => OUTPUT_INPUTS[place]!);

/** Inner expressions whose values are kept: 28 MB. */
const KEPT = 3500;
/** So many classes (some 300 bytes each besides their values) are forgotten before work goes on. */
const MAX_CLASSES = 2 ** 17;
/** Classes that one stretch of work may add: a range of a schema with hundreds of slots is done in several. */
const STRETCH = 2 ** 17;

/** What is left to do for a range: an operator applied to classes, and which names need it. */
interface Application {
  operator: number;
  args: number[];
  place: number;
}

/**
 * Computes functions of a source with their canonical hashes. Gives what outputFeatures, isUsable and canonicalHash give
 * for each name, but shares the work: see docs/search-space.md. Keep one for many ranges of a source: it remembers the
 * classes of inner expressions, of the last schema and operator set that it was asked for.
 */
export class FunctionEnumerator {
  readonly #hasher = new OutputHasher(ASCENDING);
  readonly #outputs = new Float64Array(ASCENDING.length);
  readonly #loops = new OperatorLoops();
  /** Made when it is needed. */
  #room: Float64Array | undefined;
  #last: { schema: string; set: OperatorSet; slot: Slot; classes: ValueClasses } | undefined;

  /**
   * The functions [from, to).
   * @throws RangeError where the source does not have them; ExpressionError for what is not a schema or function
   */
  enumerate(source: FunctionSource, set: OperatorSet, from: number, to: number): FunctionBatch {
    if (source.schema === undefined) return enumerateNames(source.names ?? [], set, from, to);
    const schema = parseSchema(source.schema);
    const size = schemaSize(schema, set);
    if (from < 0 || to > size) throw new RangeError(`functions ${from} to ${to} of ${size}`);
    if (schema.kind === 'x') return enumerateNames(['x'], set, from, to);
    return this.#enumerateSchema(source, schema, set, size, from, to);
  }

  #enumerateSchema(
    source: FunctionSource,
    schema: Slot,
    set: OperatorSet,
    size: bigint,
    from: number,
    to: number,
  ): FunctionBatch {
    const sample = source.sampleSeed === undefined ? undefined : new IndexSample(size, source.sampleSeed);
    const operators = countSlots(schema);
    const stretch = Math.ceil(STRETCH / operators);
    const builder = new BatchBuilder();
    for (let begin = from; begin < to; begin += stretch) {
      const { slot, classes } = this.#classesOf(source.schema!, schema, set);
      const walk = new SchemaWalk(slot, set, classes);
      const known = new Map<ApplicationKey, Application>();
      const names: string[] = [];
      const wanted: Application[] = [];
      for (let i = begin; i < Math.min(begin + stretch, to); i++) {
        if (sample) walk.seek(sample.indexAt(BigInt(i)));
        else if (i === begin) walk.seek(BigInt(i));
        else walk.next();
        const key = applicationKey(walk.operator, walk.argClasses);
        let application = known.get(key);
        if (!application) {
          application = { operator: walk.operator, args: [...walk.argClasses], place: -1 };
          known.set(key, application);
        }
        names.push(walk.name);
        wanted.push(application);
      }
      this.#evaluate([...known.values()], classes, builder, set.own !== undefined);
      for (let i = 0; i < names.length; i++) builder.add(names[i]!, operators, wanted[i]!.place);
    }
    return builder.build();
  }

  /** Those with the same arguments follow one another, so that values which were not kept are computed once. */
  #evaluate(applications: Application[], classes: ValueClasses, builder: BatchBuilder, keep: boolean): void {
    const outputs = keep ? () => this.#hasher.outputs() : undefined;
    applications.sort((a, b) => compareLists(a.args, b.args));
    const rooms = applications[0]?.args.map(() => new Float64Array(this.#outputs.length)) ?? [];
    const args: Float64Array[] = [];
    let present: readonly number[] = [];
    for (const application of applications) {
      application.args.forEach((id, i) => {
        if (present[i] !== id) args[i] = classes.values(id, rooms[i]);
      });
      present = application.args;
      classes.evaluate(application.operator, args, this.#outputs);
      const { hash, usable } = this.#hasher.digest(this.#outputs);
      application.place = builder.classPlace(hash, usable, outputs);
    }
  }

  #classesOf(text: string, slot: Slot, set: OperatorSet): { slot: Slot; classes: ValueClasses } {
    const last = this.#last;
    if (last?.schema === text && last.set === set && last.classes.count < MAX_CLASSES) return last;
    this.#room ??= new Float64Array(KEPT * INPUTS.length);
    this.#last = { schema: text, set, slot, classes: new ValueClasses(set, INPUTS, this.#room, this.#loops) };
    return this.#last;
  }
}

function enumerateNames(names: readonly string[], set: OperatorSet, from: number, to: number): FunctionBatch {
  if (from < 0 || to > names.length) throw new RangeError(`functions ${from} to ${to} of a list of ${names.length}`);
  const builder = new BatchBuilder();
  for (const text of names.slice(from, to)) {
    const expression = parseExpression(text, set);
    const outputs = outputFeatures(expression, set);
    const keep = set.own ? () => outputs : undefined;
    const place = builder.classPlace(canonicalHash(outputs), isUsable(outputs), keep);
    builder.add(formatExpression(expression), countOperators(expression), place);
  }
  return builder.build();
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

const countSlots = (schema: Schema): number =>
  schema.kind === 'x' ? 0 : schema.args.reduce((count, arg) => count + countSlots(arg), 1);
