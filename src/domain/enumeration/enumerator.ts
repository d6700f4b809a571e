import { countOperators, formatExpression, parseExpression } from '../expression/expression.js';
import { loopOrder, parseSchema, type Schema, type Slot, schemaSize, sharingOrder } from '../expression/schema.js';
import { canonicalHash } from '../features/canonical-hash.js';
import { isUsable, OUTPUT_INPUTS, outputFeatures } from '../features/output-features.js';
import type { OperatorSet, VectorKernels } from '../operators/types.js';
import { isSame } from '../special-functions/remembered.js';
import { Applications } from './applications.js';
import { BatchBuilder, type FunctionBatch, type PackedBatch } from './function-batch.js';
import { OperatorLoops } from './operator-loop.js';
import { type Digest, OutputHasher } from './output-hasher.js';
import type { MakeRounding } from './output-rounding.js';
import { IndexSample } from './sample.js';
import { SchemaWalk } from './schema-walk.js';
import { ValueClasses } from './value-classes.js';

/** An ordered list of functions: the instances of a schema, a seeded choice of them, or names. */
export interface FunctionSource {
  schema?: string;
  /** Places count instances in the order that shares most work (sharingOrder), not by index; not for a sample. */
  sharing?: boolean;
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

/** Inner expressions whose values are kept: 24 MB. */
const KEPT = 3000;
/** So many classes (some 300 bytes each besides their values) are forgotten before work goes on. */
const MAX_CLASSES = 2 ** 17;
/** Classes that one stretch of work may add: a range of a schema with hundreds of slots is done in several. */
const STRETCH = 2 ** 17;

/** What does the heavy parts: kernels that give the same bits as the plain functions, which are the default. */
export interface EnumerationKernels extends Partial<VectorKernels> {
  readonly rounding?: MakeRounding;
}

/** What is remembered of an operator set. */
interface Known {
  set: OperatorSet;
  classes: ValueClasses;
  /** Of the output features of classes, by id. */
  ofClass: Digest[];
  /** Of constant functions, by their value. */
  constants: Map<number, Digest>;
}

/**
 * Computes functions of a source with their canonical hashes. Gives what outputFeatures, isUsable and canonicalHash give
 * for each name, but shares the work: see docs/search-space.md. Keep one for many ranges of a source: it remembers the
 * classes of inner expressions, of the last operator set that it was asked for.
 */
export class FunctionEnumerator {
  readonly #hasher: OutputHasher;
  readonly #loops: OperatorLoops;
  /** Made when it is needed. */
  #room: Float64Array | undefined;
  #known: Known | undefined;

  /** @param kernels in place of plain functions */
  constructor(kernels: EnumerationKernels = {}) {
    this.#hasher = new OutputHasher(ASCENDING, kernels.rounding);
    this.#loops = new OperatorLoops(kernels);
  }

  /**
   * The functions [from, to).
   * @throws RangeError where the source does not have them; ExpressionError for what is not a schema or function
   */
  enumerate(source: FunctionSource, set: OperatorSet, from: number, to: number): FunctionBatch {
    return this.#gather(source, set, from, to).build();
  }

  /** The same in a form that passes between threads quickly: see unpackBatch. */
  enumeratePacked(source: FunctionSource, set: OperatorSet, from: number, to: number): PackedBatch {
    return this.#gather(source, set, from, to).pack();
  }

  #gather(source: FunctionSource, set: OperatorSet, from: number, to: number): BatchBuilder {
    if (source.schema === undefined) return gatherNames(source.names ?? [], set, from, to);
    const schema = parseSchema(source.schema);
    const size = schemaSize(schema, set);
    if (from < 0 || to > size) throw new RangeError(`functions ${from} to ${to} of ${size}`);
    if (schema.kind === 'x') return gatherNames(['x'], set, from, to);
    const sample = source.sampleSeed === undefined ? undefined : new IndexSample(size, source.sampleSeed);
    const sharing = source.sharing === true && !sample;
    return this.#gatherInstances({ schema, sample, sharing }, set, from, to);
  }

  #gatherInstances(
    { schema, sample, sharing }: { schema: Slot; sample: IndexSample | undefined; sharing: boolean },
    set: OperatorSet,
    from: number,
    to: number,
  ): BatchBuilder {
    const operators = countSlots(schema);
    const stretch = Math.ceil(STRETCH / operators);
    const builder = new BatchBuilder();
    const order = sharing ? sharingOrder(schema) : loopOrder(schema);
    for (let begin = from; begin < to; begin += stretch) {
      const known = this.#knownOf(set);
      const walk = new SchemaWalk(schema, order, set, known.classes);
      const applications = new Applications(known.classes.operators);
      const wanted: number[] = [];
      for (let i = begin; i < Math.min(begin + stretch, to); i++) {
        if (sample) walk.seek(sample.indexAt(BigInt(i)));
        else if (i === begin) walk.seek(BigInt(i));
        else walk.next();
        builder.addName(walk.name, sharing ? walk.operator : 0);
        wanted.push(applications.add(walk.operator, walk.argClasses));
      }
      const places = this.#evaluate(applications, schema.args.length, known, builder, set.own !== undefined);
      for (const application of wanted) builder.addClass(places[application]!, operators);
    }
    return builder;
  }

  /**
   * Those with the same arguments follow one another, so that values which were not kept are computed once.
   * @returns for each application the place of its function in the batch
   */
  #evaluate(
    applications: Applications,
    arity: number,
    known: Known,
    builder: BatchBuilder,
    keep: boolean,
  ): Uint32Array {
    const { values: result } = this.#hasher;
    const outputs = keep ? () => this.#hasher.outputs() : undefined;
    const places = new Uint32Array(applications.count);
    const rooms = Array.from({ length: arity }, () => new Float64Array(result.length));
    const args: Float64Array[] = [];
    const ids: number[] = [];
    for (const application of applications.byArguments()) {
      for (let i = 0; i < arity; i++) {
        const id = applications.arg(application, i);
        if (ids[i] !== id) args[i] = known.classes.values(id, rooms[i]);
        ids[i] = id;
      }
      known.classes.evaluate(applications.operator(application), args, result);
      const { hash, usable } = keep ? this.#hasher.digest() : this.#digest(known, args, ids);
      places[application] = builder.classPlace(hash, usable, outputs);
    }
    return places;
  }

  /** Of the outputs, which are often those of an argument (`abs` of what is positive) or all the same. */
  #digest({ constants, ofClass }: Known, args: readonly Float64Array[], ids: readonly number[]): Digest {
    const outputs = this.#hasher.values;
    if (isConstant(outputs)) {
      const digest = constants.get(outputs[0]!) ?? this.#hasher.digest();
      constants.set(outputs[0]!, digest);
      return digest;
    }
    for (let i = 0; i < args.length; i++) {
      if (!isSame(outputs, args[i]!)) continue;
      ofClass[ids[i]!] ??= this.#hasher.digest();
      return ofClass[ids[i]!]!;
    }
    return this.#hasher.digest();
  }

  #knownOf(set: OperatorSet): Known {
    if (this.#known?.set === set && this.#known.classes.count < MAX_CLASSES) return this.#known;
    this.#room ??= new Float64Array(KEPT * INPUTS.length);
    const classes = new ValueClasses(set, INPUTS, this.#room, this.#loops);
    this.#known = { set, classes, ofClass: [], constants: new Map() };
    return this.#known;
  }
}

function gatherNames(names: readonly string[], set: OperatorSet, from: number, to: number): BatchBuilder {
  if (from < 0 || to > names.length) throw new RangeError(`functions ${from} to ${to} of a list of ${names.length}`);
  const builder = new BatchBuilder();
  for (const text of names.slice(from, to)) {
    const expression = parseExpression(text, set);
    const outputs = outputFeatures(expression, set);
    const keep = set.own ? () => outputs : undefined;
    const hash = Buffer.from(canonicalHash(outputs), 'hex').toString('latin1');
    builder.addName(formatExpression(expression));
    builder.addClass(builder.classPlace(hash, isUsable(outputs), keep), countOperators(expression));
  }
  return builder;
}

function isConstant(values: Float64Array): boolean {
  const first = values[0];
  for (let i = 1; i < values.length; i++) if (values[i] !== first) return false;
  return true;
}

const countSlots = (schema: Schema): number =>
  schema.kind === 'x' ? 0 : schema.args.reduce((count, arg) => count + countSlots(arg), 1);
