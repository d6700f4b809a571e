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

/** A line when a stage begins and at each further tenth. */
class LineDisplay implements ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  #stage = '';
  #tenth = -1;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  update(stage: string, done: number, total: number, note = ''): void {
    const tenth = total > 0 ? Math.floor((10 * done) / total) : 0;
    if (stage === this.#stage && tenth <= this.#tenth) return;
    this.#stage = stage;
    this.#tenth = tenth;
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
