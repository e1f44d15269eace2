// What of an expression decided: the smallest parts that made it true or false, as pieces of the source to colour, and what
// their names stood for. Pure. Offsets are bytes of UTF-8, as the server counts them.
import type { Explanation } from "../../../wire-rules.ts";
import { fromBytes } from "../place.ts";

export type Tone = "yes" | "no" | "value" | null;

export interface Part {
  text: string;
  tone: Tone;
  value: string;
}

/** The deepest nodes that decided. */
export function deciding(node: Explanation): Explanation[] {
  const inner = node.children.flatMap(deciding);
  if (inner.length) return inner;
  return node.decided ? [node] : [];
}

function toneOf(value: string): Tone {
  return value === "true" ? "yes" : value === "false" ? "no" : "value";
}

export function parts(source: string, root: Explanation): Part[] {
  const found = deciding(root).sort((a, b) => a.from - b.from);
  const pieces: Part[] = [];
  let done = 0;
  for (const node of found) {
    const from = fromBytes(source, node.from);
    const to = fromBytes(source, node.to);
    if (from < done) continue;
    if (from > done) pieces.push({ text: source.slice(done, from), tone: null, value: "" });
    pieces.push({ text: source.slice(from, to), tone: toneOf(node.value), value: node.value });
    done = to;
  }
  if (done < source.length) pieces.push({ text: source.slice(done), tone: null, value: "" });
  return pieces;
}

function isLiteral(text: string): boolean {
  return /^(["'].*["']|-?[\d.]+|true|false|null|\[.*\])$/s.test(text.trim());
}

/** What the names in a part stood for: only the outermost of `order.status.code`, and no literals. */
function namesIn(node: Explanation): Explanation[] {
  return node.children.flatMap((child) => {
    if (isLiteral(child.text)) return [];
    return /^[\w.()]+$/.test(child.text.trim()) ? [child] : namesIn(child);
  });
}

/** Each name once, in the order of the source. */
export function values(root: Explanation): { text: string; value: string }[] {
  const seen = new Map<string, string>();
  for (const node of deciding(root)) {
    const named = namesIn(node);
    for (const { text, value } of named) seen.set(text.trim(), value);
  }
  return [...seen].map(([text, value]) => ({ text, value }));
}
