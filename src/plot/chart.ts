/** What to draw, whatever draws it: panels in rows, each with series over one pair of axes. */
export interface Chart {
  title?: string;
  panels: readonly Panel[];
  /** Panels beside each other. @defaultValue 1 */
  columns?: number;
}

export interface Panel {
  title?: string;
  /** What colours and signs mean, below the title of a picture; the terminal has none of them. */
  note?: string;
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
  /** What stands at 0, 1, 2, ... instead of numbers. */
  labels?: readonly string[];
}

export interface Series {
  /** In the legend, which is drawn for two series or more. */
  name: string;
  /**
   * Joined points, points that hold until the next one, single points, hollow ones around others, bars from 0, the area
   * between y and `upper`, or the labels themselves, each beginning at its point. @defaultValue 'line'
   */
  mark?: 'line' | 'step' | 'points' | 'rings' | 'bars' | 'band' | 'text';
  x: ArrayLike<number>;
  /** As long as x; what is not finite leaves a gap. */
  y: ArrayLike<number>;
  /** Of a band, as long as x. */
  upper?: ArrayLike<number>;
  /** As long as x: points are coloured by it, on a scale of their own; a stretch of a line by its first value. */
  color?: ArrayLike<number>;
  /** Of the colours: pale to dark for an order, else a scale that the colour-blind read too. @defaultValue 'viridis' */
  colors?: 'viridis' | 'pale to dark';
  /** Drawn in a light grey, as a ground for the others, and not in the legend. */
  muted?: boolean;
  /** As long as x: what each point is, for readers of the SVG that see no picture and for scripts. */
  labels?: readonly string[];
}

export interface Picture {
  /** Pixels, of each panel. @defaultValue 640 */
  width?: number;
  /** @defaultValue 320 */
  height?: number;
}
