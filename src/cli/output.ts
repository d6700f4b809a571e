import { fstatSync, statSync } from 'node:fs';
import type { HorizontalAlignment } from 'cli-table3';

/** Results go to stdout, everything else to stderr. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function notify(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * A result: JSON alone on stdout with `--json` (indented on a terminal), else for people.
 * @param written the file that the command wrote: where that is stdout itself, the result goes to stderr
 */
export function printResult<T>(
  value: T,
  flags: { json?: boolean },
  text: (value: T) => string,
  written?: string,
): void {
  const tell = written !== undefined && isStdout(written) ? notify : print;
  tell(flags.json ? JSON.stringify(value, undefined, process.stdout.isTTY ? 2 : undefined) : text(value));
}

/** Whether a path leads to what stdout leads to, as `/dev/stdout` does. */
function isStdout(path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  const stdout = fstatSync(process.stdout.fd);
  return there?.ino === stdout.ino && there.dev === stdout.dev;
}

interface Column<Row> {
  head: string;
  value: (row: Row) => string | number;
  align?: HorizontalAlignment;
}

/** Columns without lines: easy to read, easy to cut. Headings are bold where the terminal can and NO_COLOR is unset. */
export async function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const bold = process.stdout.isTTY && process.stdout.hasColors();
  const drawn = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: bold ? ['bold'] : [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: {
      ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
      ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
      ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
    },
  });
  for (const row of rows) drawn.push(columns.map(({ value }) => value(row)));
  return drawn.toString().replace(/ +$/gm, '');
}

/** `label  value` lines with the values below each other. */
export function fields(entries: readonly (readonly [label: string, value: string | number])[]): string {
  const width = Math.max(...entries.map(([label]) => label.length));
  return entries.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n');
}

/** 4 decimals, as accuracies are read; nothing for what was not measured. */
export const decimals = (value: number | null): string => (value === null ? '-' : value.toFixed(4));

/** As people say it: `12 s`, `5 min`, `2.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** For JSON, which has no word for what is not finite. */
export function spelled(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}
