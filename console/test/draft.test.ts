// A draft: what is sent for it, and that sending it again is the same request.
import { describe, expect, it } from "vitest";
import { EMPTY, isEmpty, keyKeeper, toRequest, type Draft } from "../src/compose/draft.ts";

const draft: Draft = { ...EMPTY, body: "<b>x</b>", groups: ["sales"] };

describe("a draft", () => {
  it("sends only what was filled in", () => {
    expect(toRequest(draft, "UTC")).toEqual({ body: "<b>x</b>", severity: "info", groups: ["sales"] });
  });

  it("sends times as instants, the title as text, a bare link with its scheme", () => {
    const full: Draft = { ...draft, title: " 2 < 3 ", link: "example.com", sendAt: "2026-12-01T09:00", expires: "2026-12-01T18:00", sticky: true };
    expect(toRequest(full, "Europe/Berlin")).toMatchObject({
      title: "2 &lt; 3",
      link: "https://example.com",
      send_at: "2026-12-01T08:00:00.000Z",
      expires_at: "2026-12-01T17:00:00.000Z",
      sticky: true,
    });
  });

  it("leaves a link that is none to the server, which says why", () => {
    expect(toRequest({ ...draft, link: "javascript:x" }, "UTC").link).toBe("javascript:x");
  });

  it("is empty when nothing was typed, whatever the severity", () => {
    expect(isEmpty({ ...EMPTY, severity: "error" })).toBe(true);
    expect(isEmpty(draft)).toBe(false);
  });
});

describe("the key of a draft", () => {
  it("stays while the request stays", () => {
    const keep = keyKeeper();
    expect(keep({ body: "a" })).toBe(keep({ body: "a" }));
  });

  it("changes with the request", () => {
    const keep = keyKeeper();
    expect(keep({ body: "a" })).not.toBe(keep({ body: "b" }));
  });
});
