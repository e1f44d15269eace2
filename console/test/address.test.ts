// Paths, filters in the address, origins and codes that somebody types: all the small grammars of the pages.
import { describe, expect, it } from "vitest";
import { hrefWith, match } from "../src/router.ts";
import { withQuery } from "../src/http.ts";
import { belongs, filterFrom, isPlain, pathOf } from "../src/pages/notifications/filter.ts";
import { codeFrom } from "../src/pages/settings/code.ts";
import { originFrom } from "../src/pages/settings/origin.ts";
import type { Item } from "../src/wire.ts";

describe("the router", () => {
  it("matches names in a path", () => {
    expect(match("/sent/:id", "/sent/a%20b")).toEqual({ id: "a b" });
    expect(match("/sent/:id", "/sent")).toBeNull();
    expect(match("/sent/:id", "/sent/%E0%A4%A")).toBeNull();
    expect(match("/settings/users", "/settings/users/")).toEqual({});
  });

  it("changes parameters and keeps the others", () => {
    expect(hrefWith("/notifications?q=a&item=1", { item: null, kind: "task" })).toBe("/notifications?q=a&kind=task");
    expect(hrefWith("/notifications?q=a", { q: "" })).toBe("/notifications");
  });

  it("leaves out parameters without a value", () => {
    expect(withQuery("/v1/users", { q: "", cursor: null, limit: 8 })).toBe("/v1/users?limit=8");
  });
});

const item = {
  kind: "system",
  created_at: "2026-11-22T10:00:00Z",
  read_at: null,
  archived_at: null,
  withdrawn_at: null,
} as unknown as Item;

describe("the filter", () => {
  it("reads only what it knows from the address", () => {
    const filter = filterFrom(new URLSearchParams("filter=nonsense&kind=nonsense&from=yesterday&q=%20lamp%20"));
    expect(filter).toEqual({ state: "all", kind: null, q: "lamp", from: null, to: null });
    expect(isPlain(filterFrom(new URLSearchParams()))).toBe(true);
  });

  it("asks the server for whole days of the user's zone", () => {
    const filter = filterFrom(new URLSearchParams("from=2026-11-20&to=2026-11-22"));
    const query = new URLSearchParams(pathOf(filter, "Europe/Berlin", null).split("?")[1]);
    expect(query.get("from")).toBe("2026-11-19T23:00:00.000Z");
    expect(query.get("to")).toBe("2026-11-22T23:00:00.000Z");
  });

  it("keeps what was read under the pointer, and lets go of what was archived", () => {
    const unread = filterFrom(new URLSearchParams("filter=unread"));
    const read = { ...item, read_at: "2026-11-22T11:00:00Z" };
    expect(belongs(read, unread, "UTC", true)).toBe(true);
    expect(belongs(read, unread, "UTC", false)).toBe(false);
    expect(belongs({ ...item, archived_at: "2026-11-22T11:00:00Z" }, unread, "UTC", true)).toBe(false);
    expect(belongs({ ...item, withdrawn_at: "2026-11-22T11:00:00Z" }, unread, "UTC", true)).toBe(false);
  });

  it("takes the last day whole", () => {
    const day = filterFrom(new URLSearchParams("from=2026-11-22&to=2026-11-22"));
    expect(belongs(item, day, "UTC", false)).toBe(true);
    expect(belongs({ ...item, created_at: "2026-11-23T00:00:00Z" }, day, "UTC", false)).toBe(false);
  });
});

describe("what somebody types", () => {
  it.each([
    ["https://crm.example.com", "https://crm.example.com"],
    ["crm.example.com/path", "https://crm.example.com"],
    ["HTTPS://CRM.example.com:443", "https://crm.example.com"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["localhost:3000", "http://localhost:3000"],
  ])("as an origin: %s", (typed, origin) => expect(originFrom(typed)).toBe(origin));

  it.each(["", "*", "https://*.example.com", "ftp://a.example", "javascript:alert(1)", "a b", "https://user:pw@a.example"])(
    "is no origin: %j",
    (typed) => expect(originFrom(typed)).toBeNull(),
  );

  it("becomes a code", () => {
    expect(codeFrom("Ночная смена №2")).toBe("nochnaya-smena-2");
    expect(codeFrom("Añejo & Co.")).toBe("anejo-co");
  });
});
