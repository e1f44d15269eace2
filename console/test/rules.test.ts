// The pure parts of the pages of rules: places of errors, the tree of the builder, schedules, differences, explanations.
import { describe, expect, it } from "vitest";
import { diffLines } from "../src/pages/rules/diff.ts";
import { markedPieces, offsetOf, problemsAt } from "../src/pages/rules/place.ts";
import { inUnit, unitOf } from "../src/pages/rules/span.ts";
import { readFile } from "../src/pages/rules/templates/draft.ts";
import { readCron, RHYTHMS, writeCron } from "../src/pages/rules/triggers/cron.ts";
import { deciding, parts, values } from "../src/pages/rules/triggers/explain.ts";
import { adapted, asRoot, finished, operatorsFor, replaceAt, typed } from "../src/pages/rules/triggers/tree.ts";
import type { Explanation, Group } from "../src/wire-rules.ts";

describe("a difference", () => {
  it("keeps what is common and says what went and what came", () => {
    expect(diffLines("a\nb\nc", "a\nx\nc\nd").map(({ sign, text }) => sign + text)).toEqual([" a", "-b", "+x", " c", "+d"]);
  });

  it("of nothing is all of the other", () => {
    expect(diffLines("", "a\nb").map(({ sign }) => sign)).toEqual(["+", "+"]);
    expect(diffLines("a", "")).toEqual([{ sign: "-", text: "a" }]);
    expect(diffLines("a", "a")).toEqual([{ sign: " ", text: "a" }]);
  });
});

describe("the place of an error", () => {
  const text = "Первая\n😀 {{ order.nmber }}";
  it("counts characters, whatever they are made of", () => {
    expect(text.slice(offsetOf(text, { line: 2, column: 6 })!, offsetOf(text, { line: 2, column: 11 })!)).toBe("order");
  });

  it("is nowhere when there is no such line", () => {
    expect(offsetOf(text, { line: 3, column: 1 })).toBe(null);
    expect(offsetOf(text, { line: null, column: null })).toBe(null);
  });

  it("marks the word that is there, and nothing is lost", () => {
    const pieces = markedPieces(text, [{ line: 2, column: 6 }]);
    expect(pieces.filter(({ bad }) => bad).map((piece) => piece.text)).toEqual(["order.nmber"]);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  });

  it("at the end marks the last character, and in nothing marks nothing", () => {
    expect(markedPieces("a ==", [{ line: 1, column: 5 }]).at(-1)).toEqual({ text: "=", bad: true });
    expect(markedPieces("", [{ line: 1, column: 1 }])).toEqual([]);
  });

  it("belongs to one field", () => {
    const problem = { field: "title", line: 1, column: 1, message: "" };
    expect(problemsAt([problem, { ...problem, field: "body" }], "title")).toEqual([problem]);
  });
});

describe("the tree of the builder", () => {
  const root: Group = { all: [{ field: "order.total_sum", operator: "more", value: 5 }, { any: [{ field: "", operator: "is", value: "" }] }] };

  it("is changed by path", () => {
    expect(replaceAt(root, [1, 0], { field: "order.number", operator: "is_set" })).toEqual({ all: [root.all[0], { any: [{ field: "order.number", operator: "is_set" }] }] });
    expect(replaceAt(root, [0], null)).toEqual({ all: [root.all[1]] });
    expect(replaceAt(root, [], { any: [] })).toEqual({ any: [] });
  });

  it("says nothing of what is not finished", () => {
    expect(finished(root)).toEqual({ all: [root.all[0]] });
    expect(finished({ all: [{ field: "order.status.code", operator: "in", value: [] }] })).toBe(null);
    expect(finished({ all: [{ field: "order.number", operator: "is_empty", value: "left over" }] })).toEqual({ all: [{ field: "order.number", operator: "is_empty" }] });
    expect(finished({ all: [{ field: "order.custom_gift", operator: "is", value: false }] })).not.toBe(null);
  });

  it("always begins with a group", () => {
    expect(asRoot({ field: "order.number", operator: "is_set" })).toEqual({ all: [{ field: "order.number", operator: "is_set" }] });
    expect(asRoot(null)).toEqual({ all: [] });
  });

  it("carries the value to another operator", () => {
    const field = "order.status.code";
    expect(adapted({ field, operator: "in", value: "new" }, "is")).toEqual({ field, operator: "in", value: ["new"] });
    expect(adapted({ field, operator: "is", value: ["new", "paid"] }, "in")).toEqual({ field, operator: "is", value: "new" });
    expect(adapted({ field, operator: "changed", value: "new" }, "is")).toEqual({ field, operator: "changed" });
  });

  it("offers changes only where there are some", () => {
    expect(operatorsFor({ path: "order.status.code", type: "text" }, true)).toContain("changed_to");
    expect(operatorsFor({ path: "order.status.code", type: "text" }, false)).not.toContain("changed_to");
    expect(operatorsFor({ path: "change_set.is_create", type: "bool" }, true)).toEqual(["is"]);
  });

  it("takes a number for a number, and what is none as it is", () => {
    expect([typed("money", "1000"), typed("number", "12,5"), typed("number", "1e"), typed("number", ""), typed("text", "5")]).toEqual([1000, 12.5, "1e", "", "5"]);
  });
});

describe("a schedule", () => {
  it.each([
    ["0 * * * *", "hourly"],
    ["30 7 * * *", "daily"],
    ["0 9 * * 1-5", "weekdays"],
    ["0 9 * * 0", "weekly"],
    ["5 18 15 * *", "monthly"],
    ["*/5 9-17 * * 1", "own"],
    ["0 9 * 6 *", "own"],
    ["nonsense", "own"],
  ])("%s is %s, and is written as it was", (cron, rhythm) => {
    expect(readCron(cron).rhythm).toBe(rhythm);
    expect(writeCron(readCron(cron))).toBe(cron);
  });

  it("changes its rhythm and keeps its time", () => {
    const daily = readCron("30 7 * * *");
    expect(RHYTHMS.filter((rhythm) => rhythm !== "own").map((rhythm) => writeCron({ ...daily, rhythm }))).toEqual(["0 * * * *", "30 7 * * *", "30 7 * * 1-5", "30 7 * * 1", "30 7 1 * *"]);
  });
});

describe("a span", () => {
  it("is said in the largest unit that it is whole in", () => {
    expect([0, 90, 5_400, 7_200, 172_800].map(unitOf)).toEqual(["minutes", "minutes", "minutes", "hours", "days"]);
    expect(inUnit(172_800, "days")).toBe(2);
  });
});

describe("an explanation", () => {
  const source = 'order.total_sum > 1000 and order.status.code not in ["новый and old"]';
  // The whole stands after a comment of seven characters.
  const node = (text: string, value: string, decided: boolean, children: Explanation[] = []): Explanation => {
    const from = 7 + source.indexOf(text);
    return { text, from, to: from + text.length, value, decided, children };
  };
  const sum = node("order.total_sum > 1000", "true", true, [node("order.total_sum", "1200", true)]);
  const status = (decided: boolean) => node('order.status.code not in ["новый and old"]', "false", decided, [node("order.status.code", '"paid"', decided)]);
  const root = node(source, "false", true, [{ ...sum, decided: false }, status(true)]);

  it("colours the part that decided, and nothing is lost", () => {
    expect(deciding(root)).toEqual([status(true)]);
    expect(parts(root).filter(({ tone }) => tone)).toEqual([{ text: 'order.status.code not in ["новый and old"]', tone: "no", value: "false" }]);
    expect(parts(root).map(({ text }) => text).join("")).toBe(source);
  });

  it("goes into what is joined, not into what is compared", () => {
    expect(deciding(node(source, "true", true, [sum, status(false)]))).toEqual([sum]);
    expect(deciding(sum)).toEqual([sum]);
  });

  it("says what was compared", () => {
    expect(values(root)).toEqual([{ text: "order.status.code", value: '"paid"' }]);
  });
});

describe("a file of templates", () => {
  it("is known by what it holds", () => {
    expect(readFile('{"templates":[{"code":"a"}]}')).toEqual([{ code: "a" }]);
    expect([readFile("no json"), readFile("[]"), readFile("null"), readFile('{"templates":3}')]).toEqual([null, null, null, null]);
  });
});
