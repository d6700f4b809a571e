/** What to draw, whatever draws it: panels below each other, each with series over one pair of axes. */
export interface Chart {
  title?: string;
  panels: readonly Panel[];
}

export interface Panel {
  title?: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
}

export interface Axis {
  title?: string;
  /** @defaultValue 'linear' */
  scale?: 'linear' | 'log' | 'symlog';
  /** Values outside are cut off. @defaultValue what the series span */
  range?: readonly [from: number, to: number];
}

export interface Series {
  /** In the legend, which is drawn for two series or more. */
  name: string;
  /** Joined points, single points, or bars from 0. @defaultValue 'line' */
  mark?: 'line' | 'points' | 'bars';
  x: ArrayLike<number>;
  /** As long as x; what is not finite leaves a gap. */
  y: ArrayLike<number>;
  /** As long as x: points are coloured by it, on one scale for the panel. */
  color?: ArrayLike<number>;
  /** As long as x: what each point is, for readers of the SVG that see no picture and for scripts. */
  labels?: readonly string[];
}

export interface Picture {
  /** Pixels, of each panel. @defaultValue 640 */
  width?: number;
  /** @defaultValue 320 */
  height?: number;
}
