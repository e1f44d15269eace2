/** Which popups are on screen and for how long, and what is said of them. */
import { beforeEach, describe, expect, it } from "vitest";
import { Announcer } from "../src/core/announcer.js";
import { choose, PopupTimers } from "../src/core/popups.js";
import type { Item } from "../src/core/types.js";
import { FakeEnv, item } from "./fake-env.js";

const ids = (items: readonly Item[]) => items.map(({ id }) => id);
/** Newest first, as the store gives them. */
const many = (count: number, changes: Partial<Item> = {}) => Array.from({ length: count }, () => item(changes)).reverse();

describe("choose", () => {
  it("shows the newest five timed ones and lets the rest wait", () => {
    const standing = many(8);
    const { timed, waiting, sticky } = choose(standing, new Set(), false);
    expect(ids(timed)).toEqual(ids(standing.slice(0, 5)));
    expect(waiting).toHaveLength(3);
    expect(sticky).toEqual([]);
  });

  it("shows all sticky ones beneath", () => {
    const { timed, sticky } = choose([...many(2), ...many(9, { sticky: true })], new Set(), false);
    expect([timed.length, sticky.length]).toEqual([2, 9]);
  });

  it("lets the oldest give way to the newest", () => {
    const first = many(5);
    const shown = new Set(ids(first));
    const arrived = item();
    expect(choose([arrived, ...first], shown, false).timed).toContain(arrived);
  });

  it("moves nothing while it is held", () => {
    const first = many(5);
    const arrived = item();
    const { timed, waiting } = choose([arrived, ...first], new Set(ids(first)), true);
    expect(ids(timed)).toEqual(ids(first));
    expect(waiting).toEqual([arrived]);
  });

  it("fills a place that became free while it is held", () => {
    const first = many(5);
    const arrived = item();
    const { timed } = choose([arrived, ...first.slice(1)], new Set(ids(first)), true);
    expect(timed[0]).toBe(arrived);
    expect(timed).toHaveLength(5);
  });
});

describe("after an absence", () => {
  const now = Date.parse("2026-03-02T10:10:00Z");

  it("gathers more than five that nobody has seen", () => {
    const { timed, waiting, away, sticky } = choose([...many(37), item({ sticky: true })], new Set(), false, 5, now);
    expect([timed.length, waiting.length, away.length, sticky.length]).toEqual([0, 0, 37, 1]);
  });

  it("shows five or fewer as they are", () => {
    const { timed, away } = choose(many(5), new Set(), false, 5, now);
    expect([timed.length, away.length]).toEqual([5, 0]);
  });

  it("leaves alone what is on screen, was seen or has just come", () => {
    const shown = many(2);
    const fresh = many(2, { created_at: "2026-03-02T10:09:00Z" });
    const { timed, away } = choose([...fresh, ...shown, ...many(6)], new Set(ids(shown)), false, 5, now);
    expect(timed).toEqual([...fresh, ...shown]);
    expect(away).toHaveLength(6);
  });
});

describe("PopupTimers", () => {
  let env: FakeEnv;
  let timers: PopupTimers;
  let over: string[];
  let seen: string[];

  beforeEach(() => {
    env = new FakeEnv();
    over = [];
    seen = [];
    timers = new PopupTimers(env, (ended) => over.push(...ended), (looked) => seen.push(...looked));
  });

  it("ends a timed popup after ten seconds", async () => {
    const popup = item();
    timers.show([popup], false);
    await env.advance(9_900);
    expect(over).toEqual([]);
    await env.advance(200);
    expect(over).toEqual([popup.id]);
  });

  it("ends it after the time that the user chose", async () => {
    const popup = item();
    timers.show([popup], false, 30_000);
    await env.advance(29_900);
    expect(over).toEqual([]);
    await env.advance(200);
    expect(over).toEqual([popup.id]);
  });

  it("never ends a sticky one, in a day", async () => {
    timers.show([item({ sticky: true })], false);
    await env.advance(24 * 3_600_000);
    expect(over).toEqual([]);
    expect(seen).toHaveLength(1);
  });

  it("counts as seen after a second, once", async () => {
    const popup = item();
    timers.show([popup], false);
    await env.advance(900);
    expect(seen).toEqual([]);
    await env.advance(5_000);
    expect(seen).toEqual([popup.id]);
  });

  it("does not count again what was seen before", async () => {
    timers.show([item({ seen_at: "2026-03-02T09:00:00Z" })], false);
    await env.advance(5_000);
    expect(seen).toEqual([]);
  });

  it("stands still while nobody can see it", async () => {
    const popup = item();
    timers.show([popup], false);
    await env.advance(6_000);
    timers.show([], false);
    await env.advance(3_600_000);
    expect(over).toEqual([]);
    timers.show([popup], false);
    await env.advance(3_900);
    expect(over).toEqual([]);
    await env.advance(200);
    expect(over).toEqual([popup.id]);
  });

  it("holds the timeout under pointer or focus, but goes on seeing", async () => {
    const popup = item();
    timers.show([popup], true);
    await env.advance(60_000);
    expect([over, seen]).toEqual([[], [popup.id]]);
    timers.show([popup], false);
    await env.advance(10_100);
    expect(over).toEqual([popup.id]);
  });

  it("gives each popup its own ten seconds", async () => {
    const [first, second] = [item(), item()];
    timers.show([first], false);
    await env.advance(4_000);
    timers.show([second, first], false);
    await env.advance(6_100);
    expect(over).toEqual([first.id]);
    timers.show([second], false);
    await env.advance(4_000);
    expect(over).toEqual([first.id, second.id]);
  });

  it("begins anew for one that was put away and stands again", async () => {
    const popup = item();
    timers.show([popup], false);
    await env.advance(9_000);
    timers.forget(() => false);
    timers.show([], false);
    timers.show([popup], false);
    await env.advance(9_900);
    expect(over).toEqual([]);
  });

  it("has no timer running when there is nothing to count", async () => {
    timers.show([item()], false);
    timers.show([], false);
    expect(env.timers).toBe(0);
    timers.show([item()], false);
    timers.stop();
    expect(env.timers).toBe(0);
  });
});

describe("Announcer", () => {
  it("says one arrival by itself and a burst as one", async () => {
    const env = new FakeEnv();
    const said: number[] = [];
    const announcer = new Announcer(env, (items) => said.push(items.length));
    announcer.arrived(item());
    await env.advance(1_000);
    for (let index = 0; index < 12; index++) announcer.arrived(item());
    await env.advance(3_000);
    expect(said).toEqual([1]);
    await env.advance(2_000);
    expect(said).toEqual([1, 12]);
  });
});
