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

const ALLOWED = /^(?:b|i|strong|em|br|span|div|p|a)$/;
/**
 * A comment; a script or style with its inside; or one tag, whose quoted values may hold brackets. A
 * bracket that begins none of these is text.
 */
const MARKUP =
  /<!--[^]*?(?:-->|$)|<(script|style)\b[^]*?(?:<\/\1[^>]*>|$)|<(\/?)([a-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/gi;
/** Sanitised HTML quotes every value in this one way; a link written otherwise loses its address. */
const HREF = /\shref="([^"]*)"/i;
/** What serialised HTML escapes; every other character stands for itself. */
const ENTITY = /&(amp|lt|gt|quot);/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };
/** Deeper nesting than people write is flattened. */
const DEEPEST = 32;

/** Parses a body. `origin` is the page's own: paths are taken to be on it. */
export function parseBody(html: string, origin: string): BodyNode[] {
  const root: BodyNode[] = [];
  const open: BodyElement[] = [];
  let at = 0;
  for (const match of html.matchAll(MARKUP)) {
    const [whole, , slash, name, attributes] = match;
    addText(open.at(-1)?.children ?? root, html.slice(at, match.index));
    at = match.index + whole.length;
    const tag = name?.toLowerCase();
    if (!tag || !ALLOWED.test(tag)) continue;
    if (slash) {
      const index = open.findLastIndex((element) => element.tag === tag);
      if (index >= 0) open.length = index;
      continue;
    }
    const element = make(tag as BodyTag, attributes!, origin);
    if (open.length >= DEEPEST && tag !== "br") continue;
    (open.at(-1)?.children ?? root).push(element);
    if (tag !== "br") open.push(element);
  }
  addText(open.at(-1)?.children ?? root, html.slice(at));
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
  const url = URL.parse(text, origin || undefined);
  if (!url || !/^(?:https?|mailto):$/.test(url.protocol)) return null;
  const isForeign = url.protocol !== "mailto:" && url.origin !== origin;
  // `//elsewhere` and `/\elsewhere` look like paths and are none.
  return isForeign && !isAbsolute ? null : { href: url.href, isForeign };
}

/** The text alone, for labels and for what is read aloud. */
export function plainText(html: string): string {
  return flatten(parseBody(html, "")).replace(/\s+/g, " ").trim();
}

function flatten(nodes: readonly BodyNode[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      const gap = /^(?:p|div|br)$/.test(node.tag) ? " " : "";
      return gap + flatten(node.children) + gap;
    })
    .join("");
}

function make(tag: BodyTag, attributes: string, origin: string): BodyElement {
  const href = tag === "a" && HREF.exec(attributes);
  const link = href && safeHref(decode(href[1]!), origin);
  return link ? { tag, link, children: [] } : { tag, children: [] };
}

function addText(into: BodyNode[], raw: string): void {
  if (raw === "") return;
  const text = decode(raw);
  if (typeof into.at(-1) === "string") into[into.length - 1] += text;
  else into.push(text);
}

function decode(text: string): string {
  return text.replace(ENTITY, (_, name) => ENTITIES[name]!);
}
