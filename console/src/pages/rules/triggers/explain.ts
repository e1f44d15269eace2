// What of an expression decided: the smallest conditions in it that made it true or false, as pieces of the source to colour,
// and what their names stood for. Pure. Places count UTF-16 units of the source, of which the tree's text may be a part.
import type { Explanation } from "../../../wire-rules.ts";

export type Tone = "yes" | "no" | "value" | null;

export interface Part {
  text: string;
  tone: Tone;
  value: string;
}

/** What stands between the parts of a node, without what is quoted. */
function between(node: Explanation): string {
  let rest = "";
  let done = node.from;
  for (const child of [...node.children].sort((a, b) => a.from - b.from)) {
    rest += `${node.text.slice(done - node.from, child.from - node.from)} `;
    done = child.to;
  }
  return (rest + node.text.slice(done - node.from)).replace(/"[^"]*"|'[^']*'/g, "");
}

/** Joined by words: its parts are conditions themselves. What is only compared is not. */
function isJoined(node: Explanation): boolean {
  return /\b(and|or|not)\b|&&|\|\||[?!](?!=)/.test(between(node).replace(/\bnot\s+(in|matches)\b/g, ""));
}

/** The smallest conditions that decided. */
export function deciding(node: Explanation): Explanation[] {
  if (!node.decided) return [];
  const inner = isJoined(node) ? node.children.flatMap(deciding) : [];
  return inner.length ? inner : [node];
}

function toneOf(value: string): Tone {
  return value === "true" ? "yes" : value === "false" ? "no" : "value";
}

export function parts(root: Explanation): Part[] {
  const source = root.text;
  const found = deciding(root).sort((a, b) => a.from - b.from);
  const pieces: Part[] = [];
  let done = 0;
  for (const node of found) {
    const [from, to] = [node.from - root.from, node.to - root.from];
    if (from < done) continue;
    if (from > done) pieces.push({ text: source.slice(done, from), tone: null, value: "" });
    pieces.push({ text: source.slice(from, to), tone: toneOf(node.value), value: node.value });
    done = to;
  }
  if (done < source.length) pieces.push({ text: source.slice(done), tone: null, value: "" });
  return pieces;
}

/** What was compared, each once, in the order of the source. */
export function values(root: Explanation): { text: string; value: string }[] {
  const seen = new Map(deciding(root).flatMap((node) => node.children.map(({ text, value }) => [text.trim(), value] as const)));
  return [...seen].map(([text, value]) => ({ text, value }));
}
