/** Quiet hours by the clock of a zone. */
import { expect, it } from "vitest";
import { isQuiet } from "../src/core/quiet.js";

const at = (time: string) => Date.parse(`2026-03-02T${time}Z`);

it.each([
  // Within a day, an hour east of Greenwich.
  ["13:00", "14:00", "Europe/Madrid", "11:59:59", false],
  ["13:00", "14:00", "Europe/Madrid", "12:00:00", true],
  ["13:00", "14:00", "Europe/Madrid", "12:59:59", true],
  ["13:00", "14:00", "Europe/Madrid", "13:00:00", false],
  // Over midnight.
  ["22:00", "08:00", "UTC", "23:30:00", true],
  ["22:00", "08:00", "UTC", "00:00:00", true],
  ["22:00", "08:00", "UTC", "07:59:59", true],
  ["22:00", "08:00", "UTC", "08:00:00", false],
  ["22:00", "08:00", "UTC", "21:59:59", false],
  ["00:00", "08:00", "Not/AZone", "03:00:00", false],
])("%s to %s in %s at %s", (from, to, zone, now, expected) => {
  expect(isQuiet({ from, to, zone }, at(now))).toBe(expected);
});

it("is never without a choice", () => {
  expect([isQuiet(null, 0), isQuiet(undefined, 0)]).toEqual([false, false]);
});
