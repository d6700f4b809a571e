/** The system's own words: whatever a program makes of them, they are the cause. */
const SYSTEM =
  /no space left|disk full|ENOSPC|quota exceeded|read-only file system|permission denied|operation not permitted|cannot allocate memory|out of memory|ENOMEM|address already in use|name or service not known|temporary failure (in name resolution|resolving)|could not resolve|no such host|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|connection (refused|timed out|reset)|network is unreachable|error while loading shared libraries|cannot open shared object|illegal instruction|too many open files|certificate/i;
/** A line that presents itself as an error. */
const ERROR = /^(npm (error|ERR!)|\[error\]|go:|E:)|\b(fatal|panic|critical|\w*error|\w*exception)\b[^:]{0,40}:/i;
const FAILURE =
  /\b(cannot|can't|could not|couldn't|unable|failed|failing|failure|refused|denied|not found|no such|invalid|unsupported|unknown|missing|killed|corrupt\w*|bad file)\b/i;
/** Lines that only tell that something failed, where more is to be read, or what does not matter. */
const AFTERMATH =
  /^(\[error\])?$|^npm (error|ERR!)( (code|errno|syscall|path|dest)\b.*| A complete log.*| \d{3}|)$|exit(ed)? (with )?(code|status)|^compilation terminated|^make(\[\d+\])?:|full stack trace|full debug logging|\[Help \d+\] http|re-run maven|for more information|index files failed|shut(ting)? ?down|^initdb: removing|self-destruct|^npm (warn|notice)|^W: Download is performed unsandboxed/i;
const WARNING = /^\W*(w|warn|warning)\b/i;
const LONGEST = 400;

/** What is known of a program that has failed: execa's result, as far as it is needed. */
interface FailedProgram {
  all?: string | undefined;
  stderr?: string | undefined;
  shortMessage?: string | undefined;
  signal?: string | undefined;
}

/** Why a program failed, in one line: what it said about the cause, or else how it ended. */
export function whyFailed({ all, stderr, shortMessage, signal }: FailedProgram): string {
  const said = causeIn(all || stderr);
  const killed = signal === undefined ? '' : `ended by ${signal}`;
  return [killed, said].filter(Boolean).join(': ') || oneLine(shortMessage) || 'it failed without a word';
}

/**
 * The line of a program's output that says why it failed. The last one seldom does: what follows the cause tells of the
 * clearing up. Passwords in URLs are left out.
 * @returns '' for no output
 */
export function causeIn(output: string | undefined): string {
  const lines = (output ?? '')
    .split(/[\r\n]+/)
    .map(readable)
    .filter(Boolean);
  const telling = lines.filter((line) => !AFTERMATH.test(line));
  const grave = telling.filter((line) => !WARNING.test(line));
  const first = (pattern: RegExp, among: readonly string[]) => among.find((line) => pattern.test(line));
  return (
    first(SYSTEM, grave) ??
    first(SYSTEM, telling) ??
    first(ERROR, telling) ??
    first(FAILURE, telling) ??
    lines.at(-1) ??
    ''
  );
}

const oneLine = (text: string | undefined): string => readable(text?.split('\n', 1)[0] ?? '');

function readable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal
  const plain = line.replace(/\x1b\[[\d;]*[A-Za-z]/g, '').trim();
  const text = sentenceOfJson(plain) ?? plain;
  const safe = text.replace(/\/\/[^/\s@]+@/g, '//');
  // Both ends count: which program or file it was, and what the system said.
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST / 2)} … ${safe.slice(-LONGEST / 2)}` : safe;
}

/** mongod, FerretDB and others log JSON: the message, with what it says of the error. */
function sentenceOfJson(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as { [key: string]: unknown; attr?: { error?: unknown } };
    if (typeof entry.msg !== 'string') return undefined;
    const detail = entry.attr?.error ?? entry.error;
    const grave = /^(E|F|error|fatal)$/i.test(String(entry.s ?? entry.level));
    const words = typeof detail === 'object' ? JSON.stringify(detail) : detail;
    return [grave ? 'error' : '', entry.msg, words].filter(Boolean).join(': ');
  } catch {
    return undefined;
  }
}
