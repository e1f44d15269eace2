// The pure parts of the pages of tasks: how late, which day, when it reminds, where a press moves it, the filter, and the
// form's way from a task to what is sent.
import { describe, expect, it } from "vitest";
import { bounds, byDay, byWeekday, dueLocal, onDay, quickMove, reminderAt, weekOf } from "../src/pages/tasks/due.ts";
import { filterFrom, inWeek, isNarrowed, pathOf, weekFrom } from "../src/pages/tasks/filter.ts";
import { addDays, lateMinutes, span } from "../src/pages/tasks/late.ts";
import { performerState } from "../src/pages/tasks/performers.ts";
import { changedState, dueInstant, dueOf, EMPTY, newState, valuesOf, type TaskValues } from "../src/pages/tasks/values.ts";
import type { Task } from "../src/wire.ts";

const ZONE = "Europe/Madrid";
const at = (text: string) => Date.parse(text);
/** A Monday. */
const NOON = at("2026-11-23T11:00:00Z");

function task(part: Partial<Task> = {}): Task {
  return {
    id: "t1",
    number: 1,
    text: "Ring back",
    comment: null,
    due_at: null,
    due_local: null,
    zone: ZONE,
    performer: null,
    customer: null,
    order: null,
    phone: null,
    remind_before: 0,
    repeat: null,
    escalation: null,
    done: false,
    done_at: null,
    done_by: null,
    creator: null,
    created_at: "2026-11-20T10:00:00Z",
    changed_at: "2026-11-20T10:00:00Z",
    overdue_minutes: null,
    next_reminder_at: null,
    ...part,
  };
}

describe("how late", () => {
  it.each([
    ["2026-11-23T10:48:00Z", false, 12],
    ["2026-11-23T10:59:30Z", false, null],
    ["2026-11-23T11:05:00Z", false, null],
    ["2026-11-22T11:00:00Z", false, 1440],
    ["2026-11-22T11:00:00Z", true, null],
    [null, false, null],
  ])("a task due at %s, done %s, is %s minutes late", (due_at, done, minutes) => expect(lateMinutes({ due_at, done }, NOON)).toBe(minutes));

  it("is what the server says, where this machine's clock is behind", () => {
    expect(lateMinutes({ due_at: "2026-11-23T12:00:00Z", done: false, overdue_minutes: 7 }, NOON)).toBe(7);
    expect(lateMinutes({ due_at: "2026-11-23T10:00:00Z", done: false, overdue_minutes: 7 }, NOON)).toBe(60);
  });

  it.each([
    [12, "minute", 12, 0],
    [59, "minute", 59, 0],
    [60, "hour", 1, 0],
    [65, "hour", 1, 5],
    [180 + 7, "hour", 3, 0],
    [1440 + 60, "day", 1, 0],
  ] as const)("%i minutes are said as %s %i and %i", (minutes, unit, n, rest) => expect(span(minutes)).toEqual({ unit, n, rest }));
});

describe("the reminder", () => {
  it.each([
    ["10:02 reminds at 10:00", "2026-11-23T10:02:00Z", 0, "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"],
    ["a mark is its own", "2026-11-23T10:05:00Z", 0, "2026-11-23T09:00:00Z", "2026-11-23T10:05:00Z"],
    ["before is counted from the due time", "2026-11-23T10:02:00Z", 15, "2026-11-23T09:00:00Z", "2026-11-23T09:45:00Z"],
    ["a mark that has passed is the next one", "2026-11-23T10:02:00Z", 0, "2026-11-23T10:01:00Z", "2026-11-23T10:05:00Z"],
    ["so is one that is now", "2026-11-23T10:02:00Z", 0, "2026-11-23T10:00:00Z", "2026-11-23T10:05:00Z"],
  ])("%s", (_, due, before, present, reminds) => expect(new Date(reminderAt(at(due), before, at(present))).toISOString()).toBe(new Date(at(reminds)).toISOString()));
});

describe("days", () => {
  it("are counted over the end of a month and a leap day", () => {
    expect([addDays("2026-11-30", 1), addDays("2028-02-28", 1), addDays("2026-01-01", -1)]).toEqual(["2026-12-01", "2028-02-29", "2025-12-31"]);
  });

  it.each(["2026-11-23", "2026-11-26", "2026-11-29"])("%s is in the week of Monday 23", (day) => expect(weekOf(day)).toBe("2026-11-23"));

  it("gather tasks as they come: the late ones, then each day on the reader's clock, then those without a date", () => {
    const tasks = [
      task({ id: "late", due_at: "2026-11-23T10:00:00Z" }),
      task({ id: "today", due_at: "2026-11-23T22:30:00Z" }),
      task({ id: "tomorrow", due_at: "2026-11-23T23:30:00Z" }),
      task({ id: "also", due_at: "2026-11-24T08:00:00Z" }),
      task({ id: "never" }),
    ];
    const groups = byDay(tasks, "due", ZONE, NOON).map(({ key, tasks: own }) => [key, own.map(({ id }) => id).join()]);
    expect(groups).toEqual([["overdue", "late"], ["2026-11-23", "today"], ["2026-11-24", "tomorrow,also"], ["none", "never"]]);
  });

  it("gather done tasks by when that was", () => {
    const done = [task({ id: "b", done: true, done_at: "2026-11-23T10:00:00Z", due_at: "2026-11-20T10:00:00Z" }), task({ id: "a", done: true, done_at: "2026-11-22T10:00:00Z" })];
    expect(byDay(done, "done", ZONE, NOON).map(({ key }) => key)).toEqual(["2026-11-23", "2026-11-22"]);
  });

  it("of a week have their tasks by time, and no others", () => {
    const days = byWeekday([task({ id: "b", due_at: "2026-11-24T12:00:00Z" }), task({ id: "a", due_at: "2026-11-24T08:00:00Z" }), task({ id: "x", due_at: "2026-12-01T08:00:00Z" }), task()], "2026-11-23", ZONE);
    expect([...days.keys()]).toHaveLength(7);
    expect([...days].flatMap(([day, own]) => own.map(({ id }) => `${day} ${id}`))).toEqual(["2026-11-24 a", "2026-11-24 b"]);
  });
});

describe("a move", () => {
  const late = task({ due_at: "2026-10-24T08:02:00Z" });

  it("keeps the time of day, over a change of the clocks too", () => {
    expect(onDay(late, "2026-10-26", ZONE)).toBe("2026-10-26T10:02");
    expect(onDay(task(), "2026-10-26", ZONE)).toBe("2026-10-26");
    expect(dueLocal(late, ZONE)).toBe("2026-10-24T10:02");
  });

  it.each([
    ["hour", "2026-11-23T13:00"],
    ["tomorrow", "2026-11-24T10:02"],
    ["week", "2026-11-30T10:02"],
  ] as const)("by %s goes to %s", (move, to) => expect(quickMove(late, move, ZONE, NOON)).toBe(to));

  it("by an hour goes to a mark", () => expect(quickMove(late, "hour", ZONE, NOON + 61_000)).toBe("2026-11-23T13:05"));
});

describe("the filter of tasks", () => {
  const filter = (text: string) => filterFrom(new URLSearchParams(text));

  it("is read from the address, without what makes no sense", () => {
    expect(filter("whose=theirs&state=late&from=soon&performer=u1&q= lamp ")).toMatchObject({ whose: "mine", state: "open", from: null, performer: null, q: "lamp" });
    expect(filter("whose=all&performer=group:sales&state=done")).toMatchObject({ whose: "all", performer: "group:sales", state: "done" });
    expect([isNarrowed(filter("whose=all")), isNarrowed(filter("state=done")), isNarrowed(filter("view=week"))]).toEqual([false, true, false]);
  });

  it.each([
    ["", "me"],
    ["whose=groups", "groups"],
    ["whose=all", "all"],
    ["whose=all&performer=u1", "u1"],
  ])("%j asks for the tasks of %s", (text, performer) => expect(new URLSearchParams(pathOf(filter(text), ZONE, null).split("?")[1]).get("performer")).toBe(performer));

  it("is sent with days as instants of the reader's zone, the last one included", () => {
    const query = new URLSearchParams(pathOf(filter("from=2026-11-23&to=2026-11-23"), ZONE, null).split("?")[1]);
    expect([query.get("due_from"), query.get("due_to"), query.get("state"), query.get("sort")]).toEqual(["2026-11-22T23:00:00.000Z", "2026-11-23T23:00:00.000Z", "open", "due"]);
    expect(bounds("2026-10-25", "2026-10-25", ZONE)).toEqual({ from: "2026-10-24T22:00:00.000Z", to: "2026-10-25T23:00:00.000Z" });
  });

  it("of a week takes its days, with what is done", () => {
    expect(weekFrom(new URLSearchParams("week=2026-11-26"), "2026-01-01")).toBe("2026-11-23");
    expect(weekFrom(new URLSearchParams(""), "2026-11-29")).toBe("2026-11-23");
    expect(inWeek(filter("view=week"), "2026-11-23")).toMatchObject({ from: "2026-11-23", to: "2026-11-29", state: "all" });
  });
});

describe("the form of a task", () => {
  const code = (id: string) => (id === "g1" ? "sales" : null);
  const full = task({
    due_at: "2026-11-23T09:02:00Z",
    comment: "About the lamp",
    performer: { type: "group", id: "g1", name: "Sales" },
    order: { id: "o1", number: 7, title: "A-7", url: "/orders/o1" },
    remind_before: 15,
    repeat: { every: "week", until: null, count: 3 },
    escalation: { after: 30 },
  });
  const before = valuesOf(full, ZONE, code);
  const edited = (part: Partial<TaskValues>) => changedState(before, { ...before, ...part });

  it("shows what is there, on the reader's clock", () => {
    expect(before).toMatchObject({ date: "2026-11-23", time: "10:02", performer: "group:sales", order: { id: "o1", title: "A-7" }, remindBefore: "15", repeat: "week", count: "3", escalation: "30" });
    expect(valuesOf(task({ performer: { type: "user", id: "u1", name: "Mia" } }), ZONE, code)).toMatchObject({ performer: "user:u1", date: "", time: "" });
  });

  it("sends nothing when nothing was changed", () => expect(edited({})).toEqual({}));

  it.each([
    [{ time: "11:00" }, { due: "2026-11-23T11:00" }],
    [{ time: "" }, { due: "2026-11-23" }],
    [{ date: "", time: "" }, { due: null }],
    [{ comment: " " }, { comment: null }],
    [{ performer: "user:u1" }, { performer: { user: "u1" } }],
    [{ performer: "" }, { performer: null }],
    [{ order: null, customer: { id: "c1", title: "Zoë" } }, { order: null, customer: { id: "c1" } }],
    [{ remindBefore: "0" }, { remind_before: 0 }],
    [{ count: "" }, { repeat: { every: "week", until: null, count: null } }],
    [{ repeat: "" }, { repeat: null }],
    [{ escalation: "soon" }, { escalation: { after: "soon" } }],
    [{ escalation: "" }, { escalation: null }],
  ] as const)("sends of %j only %j", (part, sent) => expect(edited(part)).toEqual(sent));

  it("does not mention of a new task what stayed empty", () => {
    expect(newState({ ...EMPTY, text: " Ring back " }, [])).toEqual({ text: "Ring back", performer: null });
    expect(newState(EMPTY, [])).toEqual({ text: "", performer: null });
    expect(newState({ ...EMPTY, text: "Ring", date: "2026-11-23", remindBefore: "5" }, [{ type: "order", id: "o1" }])).toEqual({
      text: "Ring",
      due: "2026-11-23",
      performer: null,
      remind_before: 5,
      records: [{ type: "order", id: "o1" }],
    });
  });

  it("knows the instant while one types: a day without a time takes the present one", () => {
    expect(dueOf({ date: "", time: "10:00" })).toBeNull();
    expect(dueInstant({ date: "2026-11-24", time: "" }, ZONE, NOON)).toBe(at("2026-11-24T11:00:00Z"));
    expect(dueInstant({ date: "2026-11-24", time: "10:02" }, ZONE, NOON)).toBe(at("2026-11-24T09:02:00Z"));
  });

  it("names a group by its code", () => {
    expect(performerState(full.performer, code)).toEqual({ group: "sales" });
    expect([performerState(null, code), performerState({ type: "user", id: "u1", name: "Mia" }, code)]).toEqual([null, { user: "u1" }]);
  });
});
