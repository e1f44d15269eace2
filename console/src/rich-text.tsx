// Titles and bodies of notifications inside of the pages: client/'s grammar drawn as Preact nodes, or as DOM nodes where
// the editor wants them. No HTML string is ever handed to the browser.
import type { ComponentChild, JSX } from "preact";
import { renderBody } from "../../client/src/elements/body-dom.ts";
import { parseBody, plainText, type BodyNode } from "../../client/src/text/body.ts";

export { plainText };

/** For the editor: a fragment that a draft's HTML becomes again. */
export function richText(html: string): DocumentFragment {
  return renderBody(html);
}

function draw(node: BodyNode, inline: boolean, key: number): ComponentChild {
  if (typeof node === "string") return node;
  const inner = node.children.map((child, index) => draw(child, inline, index));
  if (node.tag === "br") return inline ? " " : <br key={key} />;
  if (node.tag === "a") {
    if (inline || !node.link) return <span key={key}>{inner}</span>;
    const foreign = node.link.isForeign ? { target: "_blank", rel: "noopener noreferrer nofollow ugc" } : {};
    return (
      <a key={key} href={node.link.href} {...foreign}>
        {inner}
      </a>
    );
  }
  const Tag = inline && (node.tag === "p" || node.tag === "div") ? "span" : node.tag;
  return <Tag key={key}>{inner}</Tag>;
}

/** Inline text keeps weight and slant, and drops what cannot stand inside a link: other links and blocks. */
export function RichText({ html, inline = false, class: name }: { html: string; inline?: boolean; class?: string }): JSX.Element {
  const nodes = parseBody(html, location.origin).map((node, index) => draw(node, inline, index));
  return inline ? (
    <span class={name} dir="auto">
      {nodes}
    </span>
  ) : (
    <div class={name} dir="auto">
      {nodes}
    </div>
  );
}
