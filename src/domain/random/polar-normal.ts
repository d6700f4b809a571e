/** Two independent standard normals by Marsaglia's polar method (1964), in the order in which they are drawn. */
export function polarNormals(uniform: () => number, log: (x: number) => number): [first: number, second: number] {
  let u: number;
  let v: number;
  let radius: number;
  do {
    u = 2 * uniform() - 1;
    v = 2 * uniform() - 1;
    radius = u * u + v * v;
  } while (radius >= 1 || radius === 0);
  const factor = Math.sqrt((-2 * log(radius)) / radius);
  return [factor * v, factor * u];
}
