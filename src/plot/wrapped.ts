/** About the width of a text in DejaVu Sans, in pixels. */
export const textWidth = (text: string, fontSize: number): number => 0.6 * fontSize * text.length;

/**
 * A text in lines of at most so many pixels, broken after spaces and where a function's arguments begin; what has no such
 * place stays whole.
 */
export function wrapped(text: string, width: number, fontSize: number): string[] {
  const lines = [''];
  for (const part of text.split(/(?<=[\s,]|\w\()(?=\S)/)) {
    const line = lines.at(-1)!;
    if (line !== '' && textWidth(line + part, fontSize) > width) lines.push(part);
    else lines[lines.length - 1] = line + part;
  }
  return lines.map((line) => line.trimEnd());
}
