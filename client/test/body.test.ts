/** The grammar of bodies: the allow-list, what is dropped, and which links pass. */
import { describe, expect, it } from "vitest";
import { parseBody, plainText, safeHref, type BodyNode } from "../src/text/body.js";

const ORIGIN = "https://crm.example";

/** Writes a tree as text, so that a table can hold it. */
function write(nodes: readonly BodyNode[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      const href = node.link ? ` ${node.link.href}${node.link.isForeign ? " (foreign)" : ""}` : "";
      return `[${node.tag}${href}|${write(node.children)}]`;
    })
    .join("");
}

const TABLE: [html: string, tree: string][] = [
  ["", ""],
  ["plain", "plain"],
  ["<b>a</b> <i>b</i> <strong>c</strong> <em>d</em>", "[b|a] [i|b] [strong|c] [em|d]"],
  ["a<br>b<br/>c", "a[br|]b[br|]c"],
  ["<p>one</p><p>two</p>", "[p|one][p|two]"],
  ["<div><span>x</span></div>", "[div|[span|x]]"],
  ["<B>loud</B>", "[b|loud]"],
  ["<b class=\"x\" onclick=\"alert(1)\">x</b>", "[b|x]"],
  ["a &lt;b&gt; &amp; &quot;c&quot;", "a <b> & \"c\""],
  ["&amp;lt;b&amp;gt;", "&lt;b&gt;"],
  ["1 < 2 and 3 > 2", "1 < 2 and 3 > 2"],
  ["<", "<"],
  ["<b", "<b"],
  ["<3", "<3"],
  ["<b>open", "[b|open]"],
  ["shut</b> rest", "shut rest"],
  ["<b><i>x</b>y</i>z", "[b|[i|x]]yz"],
  ["<h1>big</h1>", "big"],
  ["<img src=x onerror=alert(1)>", ""],
  ["<script>alert(1)</script>after", "after"],
  ["<SCRIPT\n>alert(1)</script >after", "after"],
  ["<style>b{}</style>after", "after"],
  ["<script>never closed", ""],
  ["a<!-- <b>hidden</b> -->b", "ab"],
  ["a<!-- never closed", "a"],
  ["<a href=\"https://a.example/x?a=1&amp;b=2\">x</a>", "[a https://a.example/x?a=1&b=2 (foreign)|x]"],
  ["<a href=\"/orders/1\">x</a>", "[a https://crm.example/orders/1|x]"],
  ["<a href=\"javascript:alert(1)\">x</a>", "[a|x]"],
  ["<a title=\"a > b\" href=\"/y\">x</a>", "[a https://crm.example/y|x]"],
  ["<a data-href=\"/y\">x</a>", "[a|x]"],
  ["<svg><a href=\"/y\">x</a></svg>", "[a https://crm.example/y|x]"],
  ["<bold>x</bold>", "x"],
  ["<b/>x", "[b|x]"],
];

describe("parseBody", () => {
  for (const [html, tree] of TABLE) {
    it(JSON.stringify(html), () => expect(write(parseBody(html, ORIGIN))).toBe(tree));
  }

  it("flattens what is nested beyond measure, and keeps its text", () => {
    const nodes = parseBody("<div>".repeat(5_000) + "x<br>y" + "</div>".repeat(5_000), ORIGIN);
    expect(write(nodes).length).toBeLessThan(400);
    expect(write(nodes)).toContain("x[br|]y");
  });

  it("takes hostile length in linear time", () => {
    const started = performance.now();
    for (const piece of ["<", "<a ", "<!--", "<b>", "&amp;", "<script>", "<a href=\"", "</b>"]) {
      parseBody(piece.repeat(10_000 / piece.length), ORIGIN);
    }
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});

describe("safeHref", () => {
  const passes: [raw: string, href: string, isForeign: boolean][] = [
    ["https://a.example/x", "https://a.example/x", true],
    ["http://a.example", "http://a.example/", true],
    ["HTTPS://A.example/x", "https://a.example/x", true],
    ["https://crm.example/x", "https://crm.example/x", false],
    ["mailto:ann@a.example", "mailto:ann@a.example", false],
    ["/orders/1?x=2#y", "https://crm.example/orders/1?x=2#y", false],
    ["  /orders/1 ", "https://crm.example/orders/1", false],
  ];
  for (const [raw, href, isForeign] of passes) {
    it(`passes ${JSON.stringify(raw)}`, () => expect(safeHref(raw, ORIGIN)).toEqual({ href, isForeign }));
  }

  const refused = [
    "", " ", "#x", "?x", "orders/1", "./x", "../x", "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)",
    "java\tscript:alert(1)", "java\nscript:alert(1)", "\u0001javascript:alert(1)", "data:text/html,x", "vbscript:x",
    "file:///etc/passwd", "blob:https://crm.example/x", "ftp://a.example/", "//a.example/x", "/\\a.example/x",
    "\\\\a.example", "/\t/a.example/x", "https:", "https://", "http://[", "view-source:https://a.example", "about:blank",
    "tel:+123", "ws://a.example", "https:javascript:alert(1)", "intent://x",
  ];
  for (const raw of refused) it(`refuses ${JSON.stringify(raw)}`, () => expect(safeHref(raw, ORIGIN)).toBeNull());
});

it("plainText keeps the words apart", () => {
  expect(plainText("<p>One &amp; <b>two</b></p><p>three<br>four</p>")).toBe("One & two three four");
});
