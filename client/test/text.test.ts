/** Texts, plurals and times in the three languages. */
import { describe, expect, it } from "vitest";
import { Locale, pickLanguage } from "../src/text/locale.js";
import { COMPOSE_TEXTS } from "../src/text/compose-strings.js";
import { PANEL_TEXTS } from "../src/text/panel-strings.js";
import { TEXTS } from "../src/text/strings.js";

const NOW = Date.parse("2026-03-02T10:00:00Z");
const MINUTE = 60_000;
const ago = (ms: number) => new Date(NOW - ms).toISOString();

const ALL = [TEXTS, PANEL_TEXTS, COMPOSE_TEXTS].flatMap((texts) => Object.entries(texts));

describe("texts", () => {
  for (const [key, texts] of ALL) {
    const row = texts.split("|");
    it(`${key} stands in every language, with the same place for a number, translated`, () => {
      expect(row.length).toBe(3);
      const wants = row[0]!.includes("{n}");
      for (const form of row.flatMap((text) => text.split("/"))) {
        expect(form.trim()).not.toBe("");
        expect(form.includes("{n}")).toBe(wants);
      }
      expect(row[1]).not.toBe(row[0]);
      expect(row[2]).not.toBe(row[0]);
    });
  }

  it("have no form for a number that the language lacks", () => {
    for (const [, row] of ALL) {
      row.split("|").forEach((text, index) => expect([1, index === 1 ? 3 : 2]).toContain(text.split("/").length));
    }
  });
});

describe("spans and moments", () => {
  const table: ["en" | "ru" | "es", number, string][] = [
    ["en", 12 * MINUTE, "12 min"],
    ["en", 90 * MINUTE, "1 hr"],
    ["en", 49 * 60 * MINUTE, "2 days"],
    ["ru", 12 * MINUTE, "12 мин"],
    ["es", 61 * MINUTE, "1 h"],
  ];
  for (const [language, ms, text] of table) {
    it(text, () => expect(new Locale(language).span(ms).replace(/\s/g, " ")).toBe(text));
  }

  it("names the day unless it is today", () => {
    const locale = new Locale("en", "UTC");
    expect(locale.text("due", locale.moment("2026-03-02T10:02:00Z", NOW))).toBe("Due 10:02");
    expect(locale.moment("2026-03-03T09:00:00Z", NOW)).toBe("tomorrow, 09:00");
    expect(locale.moment("2026-03-01T23:30:00Z", NOW)).toBe("yesterday, 23:30");
    expect(locale.moment("2026-03-06T09:00:00Z", NOW)).toBe("Friday, March 6, 09:00");
  });
});

describe("plurals", () => {
  const table: ["en" | "ru" | "es", number, string][] = [
    ["en", 1, "1 new notification"],
    ["en", 12, "12 new notifications"],
    ["ru", 1, "1 новое уведомление"],
    ["ru", 3, "3 новых уведомления"],
    ["ru", 5, "5 новых уведомлений"],
    ["ru", 11, "11 новых уведомлений"],
    ["ru", 21, "21 новое уведомление"],
    ["es", 1, "1 notificación nueva"],
    ["es", 2, "2 notificaciones nuevas"],
  ];
  for (const [language, n, text] of table) {
    it(text, () => expect(new Locale(language).text("new_count", n)).toBe(text));
  }
});

describe("ago", () => {
  const locale = new Locale("en", "UTC");
  const table: [ms: number, text: string][] = [
    [-3 * 60 * MINUTE, "now"],
    [0, "now"],
    [59_000, "now"],
    [MINUTE, "1 min. ago"],
    [59.9 * MINUTE, "59 min. ago"],
    [60 * MINUTE, "1 hr. ago"],
    [23.9 * 60 * MINUTE, "23 hr. ago"],
    [24 * 60 * MINUTE, "Yesterday, 10:00"],
    [50 * 60 * MINUTE, "Saturday, February 28, 08:00"],
  ];
  for (const [ms, text] of table) it(text, () => expect(locale.ago(ago(ms), NOW)).toBe(text));

  it("speaks the language", () => {
    expect(new Locale("ru").ago(ago(5 * MINUTE), NOW)).toBe("5 мин. назад");
    expect(new Locale("es").ago(ago(5 * MINUTE), NOW)).toBe("hace 5 min");
  });
});

describe("days", () => {
  it("are those of the zone", () => {
    const late = "2026-03-02T23:30:00Z";
    expect(new Locale("en", "UTC").dayKey(late)).not.toBe(new Locale("en", "Europe/Madrid").dayKey(late));
    expect(new Locale("en", "Asia/Tokyo").clock(late)).toBe("08:30");
  });

  it("have names", () => {
    const day = (language: "en" | "ru" | "es", ms: number) => new Locale(language, "UTC").dayLabel(ago(ms), NOW);
    expect(day("en", 0)).toBe("Today");
    expect(day("ru", 0)).toBe("Сегодня");
    expect(day("es", 24 * 60 * MINUTE)).toBe("Ayer");
    expect(day("en", 400 * 24 * 60 * MINUTE)).toBe("January 26, 2025");
  });

  it("survive a zone that the browser does not know", () => {
    expect(new Locale("en", "Mars/Olympus").clock(ago(0))).toMatch(/^\d\d:\d\d$/);
  });
});

it("pickLanguage takes the first that there are texts in", () => {
  expect(pickLanguage(["", null, "de-DE", "ru-RU", "es"])).toBe("ru");
  expect(pickLanguage(["fr"])).toBe("en");
  expect(pickLanguage(["toString", "__proto__"])).toBe("en");
});
