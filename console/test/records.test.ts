// The pure parts of the pages of records: sums, filters, sections and marks, history by call, and the form's way from a
// state to what is sent.
import { describe, expect, it } from "vitest";
import { calls, lastChange } from "../src/pages/records/calls.ts";
import { compareRows, filterFrom, isNarrowed, mergeHead, pathOf } from "../src/pages/records/filter.ts";
import { sortErrors } from "../src/pages/records/form-errors.ts";
import { changedState, formFields, shownLine, valuesOf, type FormValues, type Line } from "../src/pages/records/form-fields.ts";
import { money, spelledNumber, typedNumber } from "../src/pages/records/money.ts";
import { grouped, Marks, sectionOf } from "../src/pages/records/sections.ts";
import { statusTone } from "../src/pages/records/status.tsx";
import { linesSum } from "../src/pages/records/lines-editor.tsx";
import { moved } from "../src/pages/settings/order.ts";
import { previewOf } from "../src/pages/settings/template.ts";
import type { Entry, HistoryRow, RecordRow } from "../src/wire.ts";

describe("a sum", () => {
  it("is written as the reader's language writes it", () => {
    expect(money("1150", "EUR", "en")).toBe("€1,150.00");
    expect(money(1150.5, "EUR", "es").replace(/\s/g, " ")).toBe("1150,50 €");
    expect(money("89.9", null, "en")).toBe("89.90");
  });

  it("survives a currency that is none, and text that is no number", () => {
    expect(money("5", "points", "en")).toBe("5.00");
    expect(money("much", "EUR", "en")).toBe("much");
    expect(money(null, "EUR", "en")).toBe("");
  });

  it.each([
    ["1 150,5", 1150.5],
    ["1150.50", 1150.5],
    ["-3", -3],
    [".5", 0.5],
    ["", null],
    ["1,150.00", null],
    ["1,150", null],
    ["ten", null],
  ])("typed as %j is %j", (text, value) => expect(typedNumber(text)).toBe(value));

  it("is sent with a point, and as it was typed when it is none", () => {
    expect(spelledNumber(" 1 150,50 ")).toBe("1150.50");
    expect(spelledNumber("ten")).toBe("ten");
  });
});

describe("the filter of a list", () => {
  const filter = (text: string) => filterFrom(new URLSearchParams(text));

  it("is read from the address, without what makes no sense", () => {
    const read = filter("status=new,paid,new&manager=me,none&least=10&most=x&from=2026-11-01&to=tomorrow&order=name&q= lamp ");
    expect(read).toMatchObject({ status: ["new", "paid"], manager: ["me", "none"], least: "10", most: null, from: "2026-11-01", to: null, order: "changed", q: "lamp" });
    expect(isNarrowed(read)).toBe(true);
    expect(isNarrowed(filter("order=sum"))).toBe(false);
  });

  it("is sent with days as instants of the reader's zone, the last one included", () => {
    const path = pathOf("order", filter("from=2026-11-01&to=2026-11-01&status=new"), "Europe/Madrid", null);
    const query = new URLSearchParams(path.split("?")[1]);
    expect(path.startsWith("/v1/orders?")).toBe(true);
    expect([query.get("created_from"), query.get("created_to")]).toEqual(["2026-10-31T23:00:00.000Z", "2026-11-01T23:00:00.000Z"]);
    expect([query.get("status"), query.get("order"), query.has("q")]).toEqual(["new", "changed", false]);
  });
});

function row(id: string, minute: number, sum: string | null = null): RecordRow {
  const at = new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString();
  return { id, number: minute, external_id: null, site: null, title: id, status: null, manager: null, customer: null, buyer: null, total_sum: sum, currency: null, created_at: at, changed_at: at };
}

describe("the rows of a list", () => {
  it("stand as the server sorts them", () => {
    const rows = [row("a", 1, "10"), row("b", 3), row("c", 2, "9.5")];
    expect([...rows].sort((x, y) => compareRows(x, y, "changed")).map(({ id }) => id)).toEqual(["b", "c", "a"]);
    expect([...rows].sort((x, y) => compareRows(x, y, "sum")).map(({ id }) => id)).toEqual(["a", "c", "b"]);
  });

  it("keep the further pages when the first is read again", () => {
    const before = [row("a", 9), row("b", 8), row("c", 3), row("d", 2)];
    const head = [row("c", 10), row("a", 9)];
    expect(mergeHead(head, before, "changed", true).map(({ id }) => id)).toEqual(["c", "a", "b", "d"]);
    expect(mergeHead(head, before, "changed", false)).toEqual(head);
    expect(mergeHead([], before, "changed", false)).toEqual([]);
  });
});

describe("a card", () => {
  it.each([
    ["order", "status", "main"],
    ["order", "first_name", "buyer"],
    ["customer", "first_name", "main"],
    ["order", "delivery_address.city", "delivery"],
    ["customer", "address.city", "delivery"],
    ["order", "currency", "money"],
    ["order", "contragent.inn", "legal"],
    ["order", "custom_gift", "custom"],
    ["order", "something_new", "main"],
  ] as const)("shows the %s's %s under %s", (type, name, section) => expect(sectionOf(type, name)).toBe(section));

  it("leaves out empty sections", () => {
    const fields = ["status", "custom_gift"].map((name) => ({ name, label: name, value: 1, display: "1" }));
    expect(grouped("order", fields).map(({ section }) => section)).toEqual(["main", "custom"]);
  });

  it("marks what the link names", () => {
    const marks = Marks.from(new URLSearchParams("changed=status,order_product.quantity"));
    expect([marks.has("status"), marks.has("sum"), marks.hasPart("items"), marks.hasPart("payments")]).toEqual([true, false, true, false]);
    expect([marks.hasColumn("items", "quantity"), marks.hasColumn("items", "status")]).toEqual([true, false]);
    expect(Marks.from(new URLSearchParams("")).any).toBe(false);
  });

  it.each([
    ["new", null, "info"],
    ["cancel-other", "cancel", "error"],
    ["not-paid", null, "warning"],
    ["prepayed", "approval", "success"],
    ["assembling-complete", "assembling", "brass"],
    ["paid", "own", "success"],
    ["x7", "delivery", "brass"],
    ["x7", null, "quiet"],
  ])("gives the status %s of the group %s the colour %s", (code, group, tone) => expect(statusTone(code, group)).toBe(tone));
});

function change(seq: number, at: string, field: string, extra: Partial<HistoryRow> = {}): HistoryRow {
  return { seq, created_at: at, kind: "update", source: "api", by: "Shop", field, label: field, part: null, old: null, new: null, old_display: null, new_display: null, ...extra };
}

describe("history", () => {
  it("gathers what one call wrote", () => {
    const rows = [change(5, "t2", "sum"), change(4, "t2", "status"), change(3, "t2", "status", { by: "Ann" }), change(2, "t1", "status")];
    expect(calls(rows).map((call) => call.rows.map(({ seq }) => seq))).toEqual([[4, 5], [3], [2]]);
  });

  it("knows what a field was before", () => {
    const rows = [change(5, "t2", "status", { part: "Lamp" }), change(4, "t2", "status", { old: "new" }), change(2, "t1", "status", { kind: "create" })];
    expect(lastChange(rows, "status")?.seq).toBe(4);
    expect(lastChange(rows, "sum")).toBeUndefined();
  });
});

describe("the form", () => {
  const zone = "Europe/Madrid";
  const fields = formFields("order", [{ record_type: "order", code: "gift", name: "Gift", type: "boolean", dictionary: null }]);
  const state = {
    status: "new",
    total_sum: "1150",
    delivery: { cost: "10", address: { city: "Madrid", street: "Gran Vía" } },
    items: [{ id: 1, product_name: "Lamp", quantity: "2", initial_price: "500", comment: "fragile" }],
    payments: [{ id: 1, type: "card", amount: "5", paid_at: "2026-11-22T10:00:00Z" }],
    custom_fields: { gift: true },
  };
  const before = valuesOf(fields, state, zone, { id: "c1", title: "Zoë" });
  const edited = (part: Partial<FormValues>): FormValues => ({ ...structuredClone(before), ...part });
  const withFields = (part: Record<string, FormValues["fields"][string]>) => edited({ fields: { ...before.fields, ...part } });

  it("shows what is there", () => {
    expect(before.fields).toMatchObject({ status: "new", "delivery.address.city": "Madrid", customer: { id: "c1" }, "custom_fields.gift": true, email: "" });
    expect(before.payments[0]).toMatchObject({ paid_at: "2026-11-22T11:00", type: "card" });
  });

  it("sends nothing when nothing was changed", () => expect(changedState(fields, before, structuredClone(before), zone)).toEqual({}));

  it("sends only what was changed, and clears with null", () => {
    const after = withFields({ "delivery.address.city": "Sevilla", total_sum: "1 200,50", status: "", customer: null, "custom_fields.gift": false });
    expect(changedState(fields, before, after, zone)).toEqual({
      status: null,
      total_sum: "1200.50",
      customer: null,
      delivery: { address: { city: "Sevilla" } },
      custom_fields: { gift: false },
    });
  });

  it("sends the whole list when a line was changed, and knows lines by their id", () => {
    const items: Line[] = [{ ...before.items[0]!, quantity: "3", initial_price: "" }, { id: "", product_name: "Bulb", quantity: "", initial_price: "40", discount: "", status: "" }];
    expect(changedState(fields, before, edited({ items }), zone)).toEqual({
      items: [{ id: 1, product_name: "Lamp", quantity: "3", initial_price: null }, { product_name: "Bulb", initial_price: "40" }],
    });
    expect(changedState(fields, before, edited({ items: [] }), zone)).toEqual({ items: [] });
  });

  it("does not send lines that stayed empty", () => {
    const empty = { id: "", product_name: "", quantity: "", initial_price: "", discount: "", status: "" };
    expect(changedState(fields, before, edited({ items: [...before.items, empty] }), zone)).toEqual({});
    expect(shownLine([empty, before.items[0]!], 0)).toBe(1);
  });

  it("puts complaints where they belong", () => {
    const errors = [
      { field: "items[0].quantity", message: "a" },
      { field: "delivery.address.city", message: "b" },
      { field: "custom_fields.gift", message: "c" },
      { field: "mark", message: "d" },
    ];
    const sorted = sortErrors(errors, fields, before);
    expect([...sorted.at]).toEqual([["items[0].quantity", "a"], ["delivery.address.city", "b"], ["custom_fields.gift", "c"]]);
    expect(sorted.others.map(({ message }) => message)).toEqual(["d"]);
  });

  it("adds up lines, as long as they are numbers", () => {
    expect(linesSum("items", before.items)).toBe(1000);
    expect(linesSum("payments", before.payments)).toBe(5);
    expect(linesSum("items", [{ ...before.items[0]!, quantity: "two" }])).toBeNull();
  });
});

describe("settings", () => {
  const entry = (code: string, ordering: number): Entry => ({ code, name: code, parent: null, ordering, active: true });

  it("move an entry with one write where there is room, and number anew where there is none", () => {
    const spread = [entry("a", 10), entry("b", 20), entry("c", 30)];
    expect(moved(spread, 2, 0)).toEqual([entry("c", 0)]);
    expect(moved(spread, 0, 1)).toEqual([entry("a", 25)]);
    const equal = [entry("a", 990), entry("b", 990), entry("c", 990)];
    expect(moved(equal, 2, 1).map(({ code, ordering }) => [code, ordering])).toEqual([["a", 10], ["c", 20], ["b", 30]]);
    expect(moved(spread, 0, -1)).toEqual([]);
  });

  it("preview the address of a record", () => {
    expect(previewOf("https://shop.example/orders/{external_id}?x=1", "A 1")).toBe("https://shop.example/orders/A%201?x=1");
    expect(previewOf("https://shop.example/orders", "A 1")).toBeNull();
    expect(previewOf("javascript:{external_id}", "alert(1)")).toBeNull();
  });
});
