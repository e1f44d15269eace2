// Holds the catalogues of the three languages complete: the same keys, the same placeholders, every plural form that the language has,
// every key used and every used key present. What the texts say is for people to judge.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import firstEn from "../src/i18n/en.json";
import firstEs from "../src/i18n/es.json";
import laterEn from "../src/i18n/later.en.json";
import laterEs from "../src/i18n/later.es.json";
import laterRu from "../src/i18n/later.ru.json";
import firstRu from "../src/i18n/ru.json";
import { fill, pieces, pluralForm, type Text } from "../src/i18n/message.ts";

const en = { ...firstEn, ...laterEn };
const ru = { ...firstRu, ...laterRu };
const es = { ...firstEs, ...laterEs };
const catalogues: Record<string, Record<string, Text>> = { en, ru, es };
const root = new URL("../src/", import.meta.url).pathname;

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    return entry.isDirectory() ? sources(path) : /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const texts = sources(root).map((path) => ({ path: path.slice(root.length), text: readFileSync(path, "utf8") }));

function placeholders(text: Text): string[] {
  const forms = typeof text === "string" ? [text] : Object.values(text);
  const names = forms.flatMap((form) => pieces(form).flatMap((piece) => (typeof piece === "string" ? [] : [piece.name])));
  return [...new Set(names)].sort();
}

/** The modules of the first look: what the entry and the page that stands first reach without fetching anything later. */
function firstModules(path = "main.tsx", found = new Set<string>()): Set<string> {
  const text = texts.find((source) => source.path === path)?.text;
  if (text === undefined || found.has(path)) return found;
  found.add(path);
  for (const [, from, plain] of text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"/gm)) {
    firstModules(join(dirname(path), from ?? plain!), found);
  }
  return found;
}

/** Keys written out, and the beginnings and ends of those that are put together. */
function usedKeys(modules?: Set<string>): { whole: Set<string>; patterns: RegExp[] } {
  const whole = new Set<string>();
  const patterns: RegExp[] = [];
  for (const { text } of texts.filter(({ path }) => !modules || modules.has(path))) {
    for (const [, key] of text.matchAll(/"([a-z_]+(?:\.[a-z_]+)+)"/g)) whole.add(key!);
    for (const [, template] of text.matchAll(/(?:\bt\(|return [^;]*)`([a-z_]+\.[^`]*\$\{[^`]*)`/g)) {
      patterns.push(new RegExp(`^${template!.replace(/[.]/g, "\\.").replace(/\$\{[^}]*\}/g, "[a-z_]+")}$`));
    }
    for (const [, template] of text.matchAll(/`(record\.\$\{[^`]*)`/g)) patterns.push(new RegExp(`^${template!.replace(".", "\\.").replace(/\$\{[^}]*\}/g, "[a-z_]+")}$`));
  }
  return { whole, patterns };
}

describe("the catalogues", () => {
  it.each(["ru", "es"])("%s has exactly the keys of en", (language) => {
    expect(Object.keys(catalogues[language]!).sort()).toEqual(Object.keys(en).sort());
  });

  it("say each thing in one file", () => {
    expect(Object.keys(laterEn).filter((key) => key in firstEn)).toEqual([]);
  });

  it.each(["ru", "es"])("%s has the placeholders of en", (language) => {
    for (const [key, text] of Object.entries(en)) {
      expect([key, placeholders(catalogues[language]![key]!)]).toEqual([key, placeholders(text)]);
    }
  });

  it.each(["en", "ru", "es"])("%s has every plural form and no other", (language) => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, text] of Object.entries(catalogues[language]!)) {
      if (typeof text === "string") continue;
      expect([key, Object.keys(text).filter((form) => form !== "zero").sort()]).toEqual([key, [...categories].sort()]);
    }
  });

  it.each(["en", "ru", "es"])("%s has no empty text", (language) => {
    for (const [key, text] of Object.entries(catalogues[language]!)) {
      for (const form of typeof text === "string" ? [text] : Object.values(text)) expect([key, form.trim()]).not.toEqual([key, ""]);
    }
  });

  it("has every key that the pages use", () => {
    const sections = new Set(Object.keys(en).map((key) => key.split(".")[0]));
    const missing = [...usedKeys().whole].filter((key) => sections.has(key.split(".")[0]!) && !(key in en));
    expect(missing.filter((key) => !/\.(json|tsx?|css|svg)$/.test(key))).toEqual([]);
  });

  it("have for the first look what it says, and nothing else", () => {
    const modules = firstModules("pages/notifications/page.tsx", firstModules());
    expect(modules.size).toBeGreaterThan(20);
    const { whole, patterns } = usedKeys(modules);
    const said = Object.keys(en).filter((key) => whole.has(key) || patterns.some((pattern) => pattern.test(key)));
    expect(Object.keys(firstEn).sort()).toEqual(said.sort());
  });

  it("has no key that no page uses", () => {
    const { whole, patterns } = usedKeys();
    const unused = Object.keys(en).filter((key) => !whole.has(key) && !patterns.some((pattern) => pattern.test(key)));
    expect(unused).toEqual([]);
  });
});

describe("the pages", () => {
  /** Names and signs that are the same in every language. */
  const NAMES = /^(Bellwire|Enter|Esc|Ctrl|F8|\/[a-z/-]+)$/;

  it("have no text of their own between tags", () => {
    const found = texts.flatMap(({ path, text }) =>
      [...text.matchAll(/(?<=[a-z"}/]\s?)>\s*([^<>{}=;()]*[A-Za-zА-я]{2,}[^<>{}=;()]*)<\//g)]
        .map(([, words]) => words!.trim())
        .filter((words) => !NAMES.test(words))
        .map((words) => `${path}: ${words}`),
    );
    expect(found.filter((line) => line.includes(".tsx"))).toEqual([]);
  });

  it("have no text of their own in attributes that are read out or shown", () => {
    const found = texts.flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:aria-label|title|placeholder|alt|label|help)="([^"]*[A-Za-z]{2,}[^"]*)"/g)]
        .map(([, words]) => words!)
        .filter((words) => !NAMES.test(words) && !/^https?:\/\//.test(words))
        .map((words) => `${path}: ${words}`),
    );
    expect(found).toEqual([]);
  });
});

describe("a message", () => {
  it("chooses the plural form of the language", () => {
    const people = ru["count.people"];
    const said = (n: number) => fill(pluralForm(people, { n }, "ru"), { n }, "ru");
    expect([1, 3, 5, 11, 21].map(said)).toEqual(["1 человек", "3 человека", "5 человек", "11 человек", "21 человек"]);
  });

  it("writes numbers as the language writes them", () => {
    expect(fill("{n}", { n: 12345 }, "es")).toBe("12.345");
    expect(fill("{n}", { n: 12345 }, "en")).toBe("12,345");
  });

  it("leaves a placeholder without a value readable", () => {
    expect(fill("to {name}", {}, "en")).toBe("to {name}");
  });

  it("does not take values for placeholders", () => {
    expect(fill("{a} {b}", { a: "{b}", b: "x" }, "en")).toBe("{b} x");
  });
});
