import { SingleBar } from 'cli-progress';

/** Shows how far one stage after another is: a bar for each on a terminal, plain lines elsewhere. */
export interface ProgressDisplay {
  /** @param note a few words behind the figures */
  update(stage: string, done: number, total: number, note?: string): void;
  /** A line between bars. */
  note(line: string): void;
  /** Leaves the display as it is; the next `update` begins a new one. */
  end(): void;
}

export function createProgressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? new BarDisplay(stream) : new LineDisplay(stream);
}

const STAGE_WIDTH = 18;

class BarDisplay implements ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  #bar: SingleBar | undefined;
  #stage = '';

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  update(stage: string, done: number, total: number, note = ''): void {
    if (stage !== this.#stage || !this.#bar) {
      this.end();
      this.#stage = stage;
      this.#bar = new SingleBar({
        stream: this.#stream,
        format: `${stage.padEnd(STAGE_WIDTH)} {bar} {value}/{total}  {duration_formatted}  {note}`,
        barsize: 30,
        hideCursor: true,
        barCompleteChar: '█',
        barIncompleteChar: '░',
      });
      this.#bar.start(total, done, { note });
    }
    this.#bar.setTotal(total);
    this.#bar.update(done, { note });
  }

  note(line: string): void {
    this.end();
    this.#stream.write(`${line}\n`);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#stage = '';
  }
}

/** The longest silence, in milliseconds: a log shall tell work that is slow from work that has stopped. */
const LONGEST_SILENCE = 60_000;

/** A line when a stage begins, at each further tenth, and when a minute has passed since the last one. */
class LineDisplay implements ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  #stage = '';
  #tenth = -1;
  #lastLine = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  update(stage: string, done: number, total: number, note = ''): void {
    const tenth = total > 0 ? Math.floor((10 * done) / total) : 0;
    const now = performance.now();
    if (stage === this.#stage && tenth <= this.#tenth && now - this.#lastLine < LONGEST_SILENCE) return;
    this.#stage = stage;
    this.#tenth = tenth;
    this.#lastLine = now;
    this.#stream.write(`${stage.padEnd(STAGE_WIDTH)} ${done}/${total}${note ? `  ${note}` : ''}\n`);
  }

  note(line: string): void {
    this.#stream.write(`${line}\n`);
  }

  end(): void {
    this.#stage = '';
    this.#tenth = -1;
  }
}
