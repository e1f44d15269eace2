// From the editor's nodes to the allow-list: text, b, i, a[href], br and p, whatever a browser has put between them.
// Pure: it reads a handful of properties of nodes, so tests need no document. The way back, from HTML to nodes, is
// client/'s renderer.

export interface EditNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: ArrayLike<EditNode>;
  getAttribute?(name: string): string | null;
  readonly style?: { readonly fontWeight?: string; readonly fontStyle?: string };
}

interface Marks {
  bold: boolean;
  italic: boolean;
  href: string | null;
}

interface Run extends Marks {
  text: string;
}

const TEXT_NODE = 3;
const ELEMENT_NODE = 1;
const BLOCKS = new Set(["P", "DIV", "LI", "UL", "OL", "H1", "H2", "H3", "H4", "H5", "H6", "BLOCKQUOTE", "PRE", "SECTION", "TR"]);
const SILENT = new Set(["SCRIPT", "STYLE", "TEMPLATE", "TITLE", "NOSCRIPT", "IFRAME", "OBJECT", "SVG", "MATH"]);

/**
 * A link as somebody types it, or null when it is not one that may be sent: https, http, mailto and paths of this
 * origin. A bare domain or address gets its scheme.
 */
export function normalLink(typed: string): string | null {
  const text = typed.trim().replace(/[\u0000-\u0020]/g, "");
  if (text === "") return null;
  if (text.startsWith("/")) return /^\/[/\\]/.test(text) ? null : text;
  if (/^(https?:\/\/|mailto:)/i.test(text)) {
    try {
      return new URL(text).href === "" ? null : text;
    } catch {
      return null;
    }
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^:]+:\d+(\/|$)/.test(text)) return null;
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(text)) return `mailto:${text}`;
  return /^[^\s/.]+(\.[^\s/.]+)+(:\d+)?([/?#].*)?$/.test(text) ? `https://${text}` : null;
}

function marksOf(node: EditNode, outer: Marks): Marks {
  const marks = { ...outer };
  const name = node.nodeName.toUpperCase();
  if (name === "B" || name === "STRONG") marks.bold = true;
  if (name === "I" || name === "EM") marks.italic = true;
  const weight = node.style?.fontWeight ?? "";
  if (weight) marks.bold = weight === "bold" || Number(weight) >= 600;
  const slant = node.style?.fontStyle ?? "";
  if (slant) marks.italic = slant === "italic" || slant === "oblique";
  if (name === "A") marks.href = normalLink(node.getAttribute?.("href") ?? "") ?? outer.href;
  return marks;
}

class Collector {
  readonly blocks: Run[][] = [[]];

  text(text: string, marks: Marks): void {
    const run = this.blocks.at(-1)!;
    const last = run.at(-1);
    if (last && last.bold === marks.bold && last.italic === marks.italic && last.href === marks.href) last.text += text;
    else run.push({ ...marks, text });
  }

  boundary(): void {
    if (this.blocks.at(-1)!.length > 0) this.blocks.push([]);
  }

  walk(node: EditNode, marks: Marks): void {
    for (const child of Array.from(node.childNodes)) {
      const name = child.nodeName.toUpperCase();
      if (child.nodeType === TEXT_NODE) this.text((child.textContent ?? "").replace(/\u00a0/g, " "), marks);
      else if (child.nodeType !== ELEMENT_NODE || SILENT.has(name)) continue;
      else if (name === "BR") this.text("\n", marks);
      else {
        if (BLOCKS.has(name)) this.boundary();
        this.walk(child, marksOf(child, marks));
        if (BLOCKS.has(name)) this.boundary();
      }
    }
  }
}

function escapeText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function runHtml(run: Run): string {
  // Zero-width spaces are how some browsers keep a caret in an empty element.
  let html = escapeText(run.text.replace(/\u200b/g, "")).replace(/\n/g, "<br>");
  if (html === "") return "";
  if (run.italic) html = `<i>${html}</i>`;
  if (run.bold) html = `<b>${html}</b>`;
  if (run.href) html = `<a href="${escapeText(run.href).replace(/"/g, "&quot;")}">${html}</a>`;
  return html;
}

function trimmed(block: Run[]): Run[] {
  const runs = block.map((run) => ({ ...run }));
  while (runs[0] && (runs[0].text = runs[0].text.trimStart()) === "") runs.shift();
  while (runs.length > 0 && (runs.at(-1)!.text = runs.at(-1)!.text.trimEnd()) === "") runs.pop();
  return runs;
}

/** HTML of the allow-list. One paragraph is plain inline text; several are p elements; empty ones go. */
export function serialize(root: EditNode): string {
  const collector = new Collector();
  collector.walk(root, { bold: false, italic: false, href: null });
  const blocks = collector.blocks.map((block) => trimmed(block).map(runHtml).join("")).filter((html) => html !== "");
  return blocks.length > 1 ? blocks.map((html) => `<p>${html}</p>`).join("") : (blocks[0] ?? "");
}
