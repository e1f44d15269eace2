// What the pages of e-mail and preferences decide as values: locks, what is sent, steps, relays.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Problem } from "../src/http.ts";
import { within } from "../src/pages/form.ts";
import { choicesOf, isLocked, stepsWith, withLock, withRule } from "../src/pages/preferences/locks.ts";
import { isLoopback, moved, newRelay } from "../src/pages/settings/email/relay.ts";
import { inScheme } from "../src/ui/letter-frame.tsx";
import type { Locked, Preferences } from "../src/wire-mail.ts";

test("a cell is locked and unlocked without touching its neighbours", () => {
  const one = withLock({}, "system", "email", true);
  const two = withLock(withLock(one, "system", "popup", true), "task", "email", true);
  expect(two).toEqual({ system: ["email", "popup"], task: ["email"] });
  expect(withLock(two, "system", "email", true)).toEqual({ system: ["popup", "email"], task: ["email"] });
  expect([isLocked(two, "system", "email"), isLocked(two, "task", "popup"), isLocked(two, "custom", "email")]).toEqual([true, false, false]);
  const back = withLock(withLock(withLock(two, "task", "email", false), "system", "popup", false), "system", "email", false);
  expect(back).toEqual({} satisfies Locked);
});

test("a user sends everything but the locks", () => {
  const cell = { popup: true, email: false };
  const preferences: Preferences = {
    email: true,
    matrix: { task: cell, one_time: cell, system: cell, custom: cell, announcement: cell },
    locked: { system: ["email"] },
    quiet: null,
    popup_seconds: 10,
    digest: "off",
    hold_seconds: 0,
  };
  const { locked: _, ...rest } = preferences;
  expect(choicesOf(preferences)).toEqual(rest);
  const own = { ...preferences, rules: [{ rule: "order_taken", name: "Order taken", active: true }], rules_off: ["order_taken"] };
  expect(choicesOf(own)).toEqual({ ...rest, rules_off: ["order_taken"] });
});

test("a rule is switched off and on without touching the others", () => {
  const off = withRule(withRule([], "order_taken", false), "order_changed", false);
  expect(off).toEqual(["order_changed", "order_taken"]);
  expect(withRule(off, "order_taken", false)).toEqual(off);
  expect(withRule(withRule(off, "order_taken", true), "order_changed", true)).toEqual([]);
});

test("a value from elsewhere stands among the steps", () => {
  expect(stepsWith([0, 60, 300], 90)).toEqual([0, 60, 90, 300]);
  expect(stepsWith([0, 60, 300], 60)).toEqual([0, 60, 300]);
});

test("relays move by one place, and never out of the list", () => {
  const list = ["a", "b", "c"];
  expect([moved(list, 1, -1), moved(list, 1, 1), moved(list, 0, -1), moved(list, 2, 1), moved([], 0, 1)]).toEqual([["b", "a", "c"], ["a", "c", "b"], list, list, []]);
  expect(newRelay(2).priority).toBe(2);
});

test("only this machine is a loopback", () => {
  for (const host of ["localhost", "127.0.0.1", " 127.1.2.3", "::1", "[::1]", "LOCALHOST"]) expect(isLoopback(host), host).toBe(true);
  for (const host of ["", "127.example.com", "128.0.0.1", "localhost.example.com", "mail.example.com"]) expect(isLoopback(host), host).toBe(false);
});

test("complaints about a part are about the fields of its form", async () => {
  const refused = new Problem(422, "/problems/validation", "", "", [
    { field: "relays[1].host", message: "a" },
    { field: "relays[10].host", message: "b" },
    { field: "sender.address", message: "c" },
  ], null);
  const heard = await within("relays[1]", () => Promise.reject(refused)).catch((problem: unknown) => problem as Problem);
  expect((heard as Problem).errors.map(({ field }) => field)).toEqual(["host", "relays[10].host", "sender.address"]);
  await expect(within("relays[1]", () => Promise.reject(new TypeError("ours")))).rejects.toThrow(TypeError);
  expect(await within("x", () => Promise.resolve(7))).toBe(7);
});

test("a letter can be seen as light and as dark, whatever the page is", () => {
  // What the server writes: if it changes there, this looks at nothing.
  const layout = readFileSync(new URL("../../src/render/letter/layout.html", import.meta.url), "utf8");
  expect(inScheme(layout, undefined)).toBe(layout);
  for (const [scheme, media] of [["light", "@media not all {"], ["dark", "@media all {"]] as const) {
    const seen = inScheme(layout, scheme);
    expect(seen).toContain(media);
    expect(seen).toContain(`<meta name="color-scheme" content="${scheme}">`);
    expect(seen).toContain(`:root { color-scheme: ${scheme}; }`);
    expect(seen).not.toMatch(/prefers-color-scheme|light dark/);
  }
});
