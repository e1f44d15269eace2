// Times in another zone, in both directions, over the days when the clocks change.
import { describe, expect, it } from "vitest";
import { dayOf, instantToLocal, localToInstant, relativeTime, shortTime, zoneName } from "../src/format.ts";

describe("a typed local time", () => {
  it.each([
    ["2026-07-01T09:30", "Europe/Berlin", "2026-07-01T07:30:00.000Z"],
    ["2026-01-01T09:30", "Europe/Berlin", "2026-01-01T08:30:00.000Z"],
    ["2026-07-01", "America/New_York", "2026-07-01T04:00:00.000Z"],
    ["2026-07-01T09:30", "Asia/Kathmandu", "2026-07-01T03:45:00.000Z"],
    ["2026-07-01T09:30", "UTC", "2026-07-01T09:30:00.000Z"],
  ])("%s in %s is %s", (local, zone, instant) => expect(localToInstant(local, zone)).toBe(instant));

  it("in the skipped hour is moved on by that hour", () => {
    expect(localToInstant("2026-03-29T02:30", "Europe/Berlin")).toBe("2026-03-29T01:30:00.000Z");
    expect(instantToLocal(Date.parse("2026-03-29T01:30:00Z"), "Europe/Berlin")).toBe("2026-03-29T03:30");
  });

  it("in the repeated hour is the first one", () => {
    expect(localToInstant("2026-10-25T02:30", "Europe/Berlin")).toBe("2026-10-25T00:30:00.000Z");
  });

  it("that is none is null", () => {
    expect(localToInstant("soon", "UTC")).toBeNull();
  });

  it("comes back as it was typed", () => {
    for (const zone of ["Europe/Berlin", "America/St_Johns", "Pacific/Chatham", "UTC"]) {
      const instant = localToInstant("2026-11-22T23:59", zone)!;
      expect(instantToLocal(Date.parse(instant), zone)).toBe("2026-11-22T23:59");
    }
  });
});

describe("an instant", () => {
  const present = Date.parse("2026-11-22T20:00:00Z");

  it("has the day of the zone", () => {
    expect(dayOf(Date.parse("2026-11-22T23:30:00Z"), "Europe/Berlin")).toBe("2026-11-23");
    expect(dayOf(Date.parse("2026-11-22T03:30:00Z"), "America/New_York")).toBe("2026-11-21");
  });

  it("is a time today, a weekday this week, a date before", () => {
    expect(shortTime("2026-11-22T08:05:00Z", "en", "UTC", present)).toBe("08:05");
    expect(shortTime("2026-11-20T08:05:00Z", "en", "UTC", present)).toBe("Fri");
    expect(shortTime("2026-10-02T08:05:00Z", "en", "UTC", present)).toBe("Oct 2");
    expect(shortTime("2024-10-02T08:05:00Z", "en", "UTC", present)).toBe("Oct 2, 2024");
  });

  it("is told by the nearest unit", () => {
    expect(relativeTime("2026-11-22T19:59:40Z", "en", present)).toBe("now");
    expect(relativeTime("2026-11-22T19:48:00Z", "en", present)).toBe("12 min. ago");
    expect(relativeTime("2026-11-22T23:00:00Z", "en", present)).toBe("in 3 hr.");
    expect(relativeTime("2026-11-21T12:00:00Z", "en", present)).toBe("yesterday");
  });

  it("names its zone", () => {
    expect(zoneName("Europe/Berlin", "en", present)).toBe("GMT+1");
  });

  it("survives a zone that the browser does not know", () => {
    expect(shortTime("2026-11-20T08:05:00Z", "en", "Mars/Olympus", present)).not.toBe("");
  });
});
