/** The design tokens keep their promises on contrast, and the elements carry them open to the page. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hostTokens } from "../src/elements/host-tokens.js";

const css = readFileSync(new URL("../tokens.css", import.meta.url), "utf8");
const pairs = new Map<string, [light: string, dark: string]>();
for (const [, name, light, dark] of css.matchAll(/--([\w-]+): light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\);/g)) {
  pairs.set(name!, [light!, dark!]);
}

/** Relative luminance of an oklch colour, as WCAG defines it on linear sRGB. */
function luminance(colour: string): number {
  const [lightness, chroma, hue] = colour.slice(6, -1).split(" ").map(parseFloat) as [number, number, number];
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness / 100 + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness / 100 - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness / 100 - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  const red = clamp(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = clamp(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = clamp(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string, scheme: 0 | 1): number {
  const [high, low] = [pairs.get(one)![scheme], pairs.get(other)![scheme]].map(luminance).sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

const GROUNDS = ["ground", "surface", "raised", "hover", "active"];

describe("contrast", () => {
  for (const scheme of [0, 1] as const) {
    const where = scheme === 0 ? "light" : "dark";
    for (const text of ["text", "muted", "faint", "brass-text", "info", "ok", "warn", "err"]) {
      it(`${text} is readable in ${where}`, () => {
        for (const ground of GROUNDS) expect(contrast(text, ground, scheme), ground).toBeGreaterThanOrEqual(4.5);
      });
    }
    for (const mark of ["brass", "edge", "focus"]) {
      it(`${mark} is visible in ${where}`, () => {
        for (const ground of GROUNDS) expect(contrast(mark, ground, scheme), ground).toBeGreaterThanOrEqual(3);
      });
    }
    for (const severity of ["info", "ok", "warn", "err"]) {
      it(`${severity} is readable on its own tint in ${where}`, () => {
        expect(contrast(severity, `${severity}-soft`, scheme)).toBeGreaterThanOrEqual(4.5);
      });
    }
    it(`what stands on ink and on err is readable in ${where}`, () => {
      expect(contrast("on-ink", "ink", scheme)).toBeGreaterThanOrEqual(4.5);
      expect(contrast("on-ink", "ink-hover", scheme)).toBeGreaterThanOrEqual(4.5);
      expect(contrast("on-err", "err", scheme)).toBeGreaterThanOrEqual(4.5);
    });
  }
});

describe("hostTokens", () => {
  it("opens every token to the page and leaves the colour scheme to it", () => {
    const made = hostTokens(":root { color-scheme: light dark; --a: 4px; --b: light-dark(oklch(1% 0 0), red) }");
    expect(made.replace(/\s+/g, " ")).toBe(
      ":host { ; --a:var(--bellwire-a,4px); --b:var(--bellwire-b,light-dark(oklch(1% 0 0), red) )}",
    );
  });
});
