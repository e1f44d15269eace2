/**
 * Reads the sanitised HTML of titles and bodies into a tree of the allow-list, in plain code:
 * neither innerHTML nor DOMParser, so it works where Trusted Types forbid both. The server has
 * cleaned the text already; whatever is still outside the allow-list is dropped here once more.
 *
 * Deliberately not here: DOM nodes (../elements/body-dom.ts), so that the grammar can be tested anywhere.
 */

export type BodyTag = "b" | "i" | "strong" | "em" | "br" | "span" | "div" | "p" | "a";

export interface BodyElement {
  tag: BodyTag;
  /** Only on `a`, and only after `safeHref` has passed it. */
  link?: SafeLink;
  children: BodyNode[];
}
export type BodyNode = string | BodyElement;

export interface SafeLink {
  href: string;
  /** Leads away from this origin: opens in a tab of its own. */
  isForeign: boolean;
}

const TAGS: ReadonlySet<string> = new Set(["b", "i", "strong", "em", "br", "span", "div", "p", "a"]);
/** What stands inside these is never text for people. */
const SILENT = /^(?:script|style|template|title|textarea|iframe|noscript|noembed|noframes|xmp|svg|math|object|select)$/;
const NAMED: Readonly<Record<string, string>> = {
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0",
};
/** Deeper nesting than people write is flattened. */
const DEEPEST = 32;

/** One tag: a name right after the bracket, then attributes whose quoted values may hold brackets. */
const TAG = /<(\/?)([a-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/iy;
const HREF = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;

/** Parses a body. `origin` is the page's own: paths are taken to be on it. */
export function parseBody(html: string, origin: string): BodyNode[] {
  const root: BodyNode[] = [];
  const open: BodyElement[] = [];
  const into = () => open.at(-1)?.children ?? root;
  let at = 0;
  while (at < html.length) {
    const bracket = html.indexOf("<", at);
    addText(into(), html.slice(at, bracket < 0 ? html.length : bracket));
    if (bracket < 0) break;
    if (html.startsWith("<!", bracket) || html.startsWith("<?", bracket)) {
      at = afterDeclaration(html, bracket);
      continue;
    }
    TAG.lastIndex = bracket;
    const match = TAG.exec(html);
    if (!match) {
      addText(into(), "<");
      at = bracket + 1;
      continue;
    }
    at = TAG.lastIndex;
    const tag = match[2]!.toLowerCase();
    if (match[1]) closeTag(open, tag);
    else if (SILENT.test(tag)) at = afterSilent(html, at, tag);
    else if (TAGS.has(tag)) openTag(into(), open, tag as BodyTag, match[3]!, origin);
  }
  return root;
}

/**
 * Passes https, http, mailto and paths of the page's own origin; null for everything else.
 * The URL parser has the last word, because it is what the browser will follow.
 */
export function safeHref(raw: string, origin: string): SafeLink | null {
  const text = raw.trim();
  const isAbsolute = /^(?:https?:\/\/|mailto:)/i.test(text);
  if (!isAbsolute && !text.startsWith("/")) return null;
  let url: URL;
  try {
    url = new URL(text, origin);
  } catch {
    return null;
  }
  if (url.protocol === "mailto:") return { href: url.href, isForeign: false };
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  const isForeign = url.origin !== origin;
  // `//elsewhere` and `/\elsewhere` look like paths and are none.
  if (!isAbsolute && isForeign) return null;
  return { href: url.href, isForeign };
}

/** The text alone, for labels and for what is read aloud. */
export function plainText(html: string): string {
  return flatten(parseBody(html, "")).replace(/\s+/g, " ").trim();
}

function flatten(nodes: readonly BodyNode[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      const isBlock = node.tag === "p" || node.tag === "div" || node.tag === "br";
      return isBlock ? ` ${flatten(node.children)} ` : flatten(node.children);
    })
    .join("");
}

function openTag(into: BodyNode[], open: BodyElement[], tag: BodyTag, attributes: string, origin: string): void {
  if (tag === "br") {
    into.push({ tag, children: [] });
    return;
  }
  if (open.length >= DEEPEST) return;
  const element: BodyElement = { tag, children: [] };
  if (tag === "a") {
    const href = HREF.exec(attributes);
    const link = href && safeHref(decode(href[1] ?? href[2] ?? href[3] ?? ""), origin);
    if (link) element.link = link;
  }
  into.push(element);
  open.push(element);
}

function closeTag(open: BodyElement[], tag: string): void {
  const index = open.findLastIndex((element) => element.tag === tag);
  if (index >= 0) open.length = index;
}

function afterDeclaration(html: string, at: number): number {
  const isComment = html.startsWith("<!--", at);
  const end = html.indexOf(isComment ? "-->" : ">", at + (isComment ? 4 : 2));
  return end < 0 ? html.length : end + (isComment ? 3 : 1);
}

function afterSilent(html: string, at: number, tag: string): number {
  const close = new RegExp(`</${tag}[^>]*>`, "gi");
  close.lastIndex = at;
  return close.exec(html) ? close.lastIndex : html.length;
}

function addText(into: BodyNode[], raw: string): void {
  if (raw === "") return;
  const text = decode(raw);
  if (typeof into.at(-1) === "string") into[into.length - 1] += text;
  else into.push(text);
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : parseInt(hex, 16);
    const isText = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return isText ? String.fromCodePoint(code) : "\ufffd";
  });
}
