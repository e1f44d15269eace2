// Line and column of a problem as a place in the text, and the text cut up so that such places can be underlined. Lines and
// columns count from 1; columns count characters, as people do. Pure.
import type { SourceProblem } from "../../wire-rules.ts";

/** How long the offset of a column is in UTF-16, which is what a text field counts. */
function widthOf(line: string, column: number): number {
  return [...line].slice(0, Math.max(0, column - 1)).join("").length;
}

export function offsetOf(text: string, { line, column }: Pick<SourceProblem, "line" | "column">): number | null {
  if (line === null) return null;
  const lines = text.split("\n");
  if (line < 1 || line > lines.length) return null;
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return before + widthOf(lines[line - 1]!, column ?? 1);
}

/** From the place to the end of the word that is there, and at least one character. */
function endOf(text: string, from: number): number {
  const word = /^[\p{L}\p{N}_.]+/u.exec(text.slice(from))?.[0] ?? "";
  return from + Math.max(1, word.length);
}

export interface Piece {
  text: string;
  bad: boolean;
}

export function markedPieces(text: string, problems: readonly Pick<SourceProblem, "line" | "column">[]): Piece[] {
  const places = problems.map((problem) => offsetOf(text, problem)).filter((at): at is number => at !== null);
  const pieces: Piece[] = [];
  let done = 0;
  for (const at of places.sort((a, b) => a - b)) {
    // What is missing at the end is underlined at the last character.
    const from = Math.max(done, at >= text.length ? text.length - 1 : at);
    const to = Math.min(text.length, endOf(text, from));
    if (from >= to) continue;
    if (from > done) pieces.push({ text: text.slice(done, from), bad: false });
    pieces.push({ text: text.slice(from, to), bad: true });
    done = to;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), bad: false });
  return pieces;
}

/** The problems of one field. */
export function problemsAt(problems: readonly SourceProblem[], field: string): SourceProblem[] {
  return problems.filter((problem) => problem.field === field);
}
