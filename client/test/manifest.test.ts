/** custom-elements.json says of each element what the code does: attributes, events and parts. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BellwireBell } from "../src/elements/bell.js";
import { BellwireCompose } from "../src/elements/compose.js";
import { BellwirePopups } from "../src/elements/popups.js";

interface Named {
  name: string;
}
interface Declaration {
  name: string;
  attributes: Named[];
  events: Named[];
  cssParts: Named[];
  cssProperties: Named[];
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const manifest = JSON.parse(read("custom-elements.json")) as { modules: { declarations: Declaration[] }[] };
const declarations = manifest.modules.flatMap((module) => module.declarations);
const names = (list: Named[]) => list.map(({ name }) => name).sort();
const sources = readdirSync(new URL("../src/elements/", import.meta.url))
  .map((file) => read(`src/elements/${file}`))
  .join("\n");

describe.each([
  ["BellwireBell", BellwireBell.observedAttributes],
  ["BellwirePopups", [...BellwirePopups.observedAttributes, "attention", "hotkey"]],
  ["BellwireCompose", BellwireCompose.observedAttributes],
])("%s", (name, attributes) => {
  const declaration = declarations.find((one) => one.name === name)!;

  it("has the attributes that it observes or reads", () => {
    expect(names(declaration.attributes)).toEqual([...attributes].sort());
  });

  it("has parts that are made and properties that are tokens", () => {
    for (const { name } of declaration.cssParts) expect(sources, name).toMatch(new RegExp(`["\` ]${name}["\` ]`));
    const tokens = read("tokens.css") + read("src/elements/popups.css");
    for (const { name } of declaration.cssProperties) {
      expect(tokens, name).toMatch(new RegExp(`${name}\\b|--${name.replace("--bellwire-", "")}:`));
    }
  });
});

it("names every event that the elements fire", () => {
  const fired = [...read("src/elements/base.ts").matchAll(/^  "?([a-z-]+)"?: (?:\{|Record)/gm)].map(([, name]) => `bellwire:${name}`);
  const named = new Set(declarations.flatMap(({ events }) => names(events)));
  expect([...named].sort()).toEqual([...new Set(fired)].sort());
});
