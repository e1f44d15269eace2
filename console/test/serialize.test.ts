// The editor's way out: whatever nodes a browser has made, only the allow-list leaves the field.
import { describe, expect, it } from "vitest";
import { normalLink, serialize, type EditNode } from "../src/compose/serialize.ts";

function text(value: string): EditNode {
  return { nodeType: 3, nodeName: "#text", textContent: value, childNodes: [] };
}

interface Extra {
  href?: string;
  style?: EditNode["style"];
}

function el(name: string, children: (EditNode | string)[] = [], extra: Extra = {}): EditNode {
  return {
    nodeType: 1,
    nodeName: name.toUpperCase(),
    textContent: null,
    childNodes: children.map((child) => (typeof child === "string" ? text(child) : child)),
    getAttribute: (attribute) => (attribute === "href" ? (extra.href ?? null) : null),
    ...(extra.style ? { style: extra.style } : {}),
  };
}

const html = (...children: (EditNode | string)[]) => serialize(el("div", children));

describe("serialize", () => {
  it("keeps one line as it is and escapes it", () => {
    expect(html("a < b & c > d")).toBe("a &lt; b &amp; c &gt; d");
  });

  it("makes paragraphs of what browsers put around lines", () => {
    expect(html("one", el("div", ["two"]), el("p", ["three"]))).toBe("<p>one</p><p>two</p><p>three</p>");
  });

  it("drops empty paragraphs and the break that holds an empty field open", () => {
    expect(html(el("p", [el("br")]))).toBe("");
    expect(html(el("p", ["a"]), el("p", [el("br")]), el("p", ["b"]))).toBe("<p>a</p><p>b</p>");
  });

  it("keeps breaks inside of a paragraph", () => {
    expect(html("a", el("br"), "b", el("br"))).toBe("a<br>b");
  });

  it("nests marks in one order, however they were nested", () => {
    const link = { href: "https://a.example/" };
    expect(html(el("i", [el("a", [el("strong", ["x"])], link)]))).toBe('<a href="https://a.example/"><b><i>x</i></b></a>');
  });

  it("joins neighbours with equal marks", () => {
    expect(html(el("b", ["a"]), el("strong", ["b"]), "c")).toBe("<b>ab</b>c");
  });

  it("understands marks given as styles, also when they take a mark away", () => {
    expect(html(el("span", ["x"], { style: { fontWeight: "700" } }))).toBe("<b>x</b>");
    expect(html(el("b", [el("span", ["x"], { style: { fontWeight: "normal" } })]))).toBe("x");
  });

  it("drops links that may not be sent and keeps their text", () => {
    expect(html(el("a", ["x"], { href: "javascript:alert(1)" }))).toBe("x");
    expect(html(el("a", ["x"], { href: '/a"b' }))).toBe('<a href="/a&quot;b">x</a>');
  });

  it("drops what holds no text", () => {
    expect(html(el("script", ["alert(1)"]), el("style", ["p{}"]), el("svg", [el("title", ["t"])]), "x")).toBe("x");
  });

  it("turns headings and lists into paragraphs", () => {
    expect(html(el("h1", ["a"]), el("ul", [el("li", ["b"]), el("li", ["c"])]))).toBe("<p>a</p><p>b</p><p>c</p>");
  });

  it("writes ordinary spaces and drops the invisible ones", () => {
    expect(html("a\u00a0b\u200b")).toBe("a b");
  });
});

describe("normalLink", () => {
  it.each([
    ["example.com", "https://example.com"],
    ["example.com:8080/a?b#c", "https://example.com:8080/a?b#c"],
    ["ann@example.com", "mailto:ann@example.com"],
    ["/orders/5", "/orders/5"],
    [" https://example.com/ ", "https://example.com/"],
    ["HTTP://example.com", "HTTP://example.com"],
    ["mailto:ann@example.com", "mailto:ann@example.com"],
  ])("takes %s", (typed, link) => expect(normalLink(typed)).toBe(link));

  it.each(["", "word", "javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example", "ftp://a.example", "https://"])(
    "refuses %j",
    (typed) => expect(normalLink(typed)).toBeNull(),
  );
});
