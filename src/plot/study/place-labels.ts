/** A point to be named. */
export interface Named {
  x: number;
  y: number;
  text: string;
}

type Range = readonly [from: number, to: number];

/** Shares of a map's width and height: of a letter, of a line, and between a point and its name. */
const [LETTER, LINE, GAP] = [0.0095, 0.025, 0.012];
const LINES_AWAY = 8;

/**
 * Where the names of points begin, so that none covers another: beside its point, or some lines above or below. Those
 * given first have the better places.
 */
export function placeLabels(points: readonly Named[], across: Range, up: Range): Named[] {
  const [width, height] = [across[1] - across[0], up[1] - up[0]];
  const placed: { left: number; right: number; y: number }[] = [];
  return points.map(({ x, y, text }) => {
    const length = LETTER * width * text.length;
    const right = x + GAP * width;
    const left = right + length > across[1] ? Math.max(across[0], x - GAP * width - length) : right;
    const free = (at: number) =>
      at > up[0] &&
      at < up[1] &&
      placed.every(
        (other) => Math.abs(other.y - at) >= LINE * height || other.left > left + length || other.right < left,
      );
    const offsets = Array.from({ length: LINES_AWAY }, (_, i) => [i, -i]).flat();
    const at = offsets.map((lines) => y + lines * LINE * height).find(free) ?? y;
    placed.push({ left, right: left + length, y: at });
    return { x: left, y: at, text };
  });
}
