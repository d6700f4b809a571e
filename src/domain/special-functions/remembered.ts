/**
 * The function with its last vector and result kept, for a part that several operators have in common: all operators are
 * applied to one vector before the next comes. The result is valid until the next call and not to be written to.
 * @param compute writes a function of each entry of x, the same for 0 as for -0, whatever further arguments there are
 */
export function remembered<Further extends unknown[]>(
  compute: (x: Float64Array, out: Float64Array, ...further: Further) => void,
): (x: Float64Array, ...further: Further) => Float64Array {
  let argument = new Float64Array();
  let result = new Float64Array();
  return (x, ...further) => {
    if (isSame(x, argument)) return result;
    if (argument.length !== x.length) {
      argument = new Float64Array(x.length);
      result = new Float64Array(x.length);
    }
    argument.set(x);
    compute(x, result, ...further);
    return result;
  };
}

/** NaN differs from itself, 0 and -0 do not differ. */
export function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
