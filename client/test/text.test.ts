/** Texts, plurals and times in the three languages. */
import { describe, expect, it } from "vitest";
import { Locale, pickLanguage } from "../src/text/locale.js";
import { CATALOGUES, type TextKey } from "../src/text/strings.js";

const NOW = Date.parse("2026-03-02T10:00:00Z");
const MINUTE = 60_000;
const ago = (ms: number) => new Date(NOW - ms).toISOString();

describe("catalogues", () => {
  const { en, ru, es } = CATALOGUES;
  const forms = (text: (typeof en)[TextKey]) => (typeof text === "string" ? [text] : Object.values(text));

  it("have the same keys, none empty", () => {
    for (const catalogue of [ru, es]) expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
    for (const catalogue of [en, ru, es]) {
      for (const text of Object.values(catalogue)) for (const form of forms(text)) expect(form.trim()).not.toBe("");
    }
  });

  it("fill in a number in the same texts", () => {
    for (const key of Object.keys(en) as TextKey[]) {
      const wants = forms(en[key])[0]!.includes("{n}");
      for (const catalogue of [ru, es]) {
        for (const form of forms(catalogue[key])) expect(form.includes("{n}"), key).toBe(wants);
      }
    }
  });

  it("are translated", () => {
    for (const key of Object.keys(en) as TextKey[]) {
      expect(ru[key], key).not.toEqual(en[key]);
      expect(es[key], key).not.toEqual(en[key]);
    }
  });

  it("have every plural form that the language has", () => {
    for (const [language, catalogue] of Object.entries(CATALOGUES)) {
      const locale = new Locale(language as "en");
      for (const key of Object.keys(catalogue) as TextKey[]) {
        for (const n of [0, 1, 2, 5, 11, 21, 22, 1_000_000]) expect(locale.text(key, n)).not.toContain("undefined");
      }
    }
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
