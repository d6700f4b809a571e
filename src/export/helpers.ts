/** Functions and constants that generated code calls, by name; those of a file stand in the order of this record. */
export type Helpers = Readonly<Record<string, string>>;

/** The code of the helpers that the texts mention, and of those that these mention. */
export function helpersFor(helpers: Helpers, texts: readonly string[]): string[] {
  const wanted = new Set<string>();
  const look = (text: string): void => {
    for (const [word] of withoutComments(text).matchAll(/[A-Za-z_]\w*/g)) {
      if (wanted.has(word) || !Object.hasOwn(helpers, word)) continue;
      wanted.add(word);
      look(helpers[word]!);
    }
  };
  for (const text of texts) look(text);
  return Object.keys(helpers)
    .filter((name) => wanted.has(name))
    .map((name) => helpers[name]!);
}

/** Of TypeScript, JavaScript and Python, where no string holds what looks like one. */
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|^\s*#.*/gm, '');
