/**
 * Turns the tree of a body into DOM nodes with createElement alone, which Trusted Types allow.
 *
 * Deliberately not here: the grammar and the rule for links (../text/body.ts).
 */
import { parseBody, type BodyNode, type SafeLink } from "../text/body.js";

/** Draws sanitised HTML of the allow-list; everything else in it is dropped. */
export function renderBody(html: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  append(fragment, parseBody(html, location.origin));
  return fragment;
}

/** Points a link to a checked address; another origin opens in its own tab and learns nothing of us. */
export function aim(anchor: HTMLAnchorElement, link: SafeLink): void {
  anchor.href = link.href;
  if (!link.isForeign) return;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer nofollow ugc";
}

function append(parent: Node, nodes: readonly BodyNode[]): void {
  for (const node of nodes) {
    if (typeof node === "string") {
      parent.appendChild(document.createTextNode(node));
      continue;
    }
    const element = document.createElement(node.tag);
    if (node.link) aim(element as HTMLAnchorElement, node.link);
    append(element, node.children);
    parent.appendChild(element);
  }
}
