// When a task is due, told of days: which one it belongs to, when it will remind, and where a press of "tomorrow" moves it.
// Pure; how late it is stands in late.ts, the words in words.ts.
import { dayOf, instantToLocal, localToInstant } from "../../format.ts";
import type { Task } from "../../wire.ts";
import { addDays, lateMinutes } from "./late.ts";

const MINUTE = 60_000;
/** Reminders fire on marks of the wall clock this far apart. */
const MARK = 5 * MINUTE;

/**
 * When a task that is saved now will remind: at the last mark not after due − before, or, if that has passed, at the next
 * one. The server decides; this tells it while one types.
 */
export function reminderAt(due: number, before: number, present: number): number {
  const mark = Math.floor((due - before * MINUTE) / MARK) * MARK;
  return mark > present ? mark : (Math.floor(present / MARK) + 1) * MARK;
}

/** The Monday of the week that a day is in. */
export function weekOf(day: string): string {
  const weekday = (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(day, -weekday);
}

export function daysOfWeek(monday: string): string[] {
  return Array.from({ length: 7 }, (_, at) => addDays(monday, at));
}

export type GroupKey = "overdue" | "none" | (string & {});

export interface DayGroup {
  /** `overdue`, `none`, or a day as YYYY-MM-DD. */
  key: GroupKey;
  tasks: Task[];
}

/** By when tasks are gathered: the due time, or, where all are done, when that was. */
export type Gathered = "due" | "done";

function groupOf(task: Task, by: Gathered, zone: string, present: number): GroupKey {
  if (by === "done" && task.done_at) return dayOf(Date.parse(task.done_at), zone);
  if (!task.due_at) return "none";
  return lateMinutes(task, present) === null ? dayOf(Date.parse(task.due_at), zone) : "overdue";
}

/** Tasks in the order in which they come, gathered by day, the late ones together; a group begins where its first task stands. */
export function byDay(tasks: readonly Task[], by: Gathered, zone: string, present: number): DayGroup[] {
  const groups = new Map<GroupKey, Task[]>();
  for (const task of tasks) {
    const key = groupOf(task, by, zone, present);
    const group = groups.get(key);
    if (group) group.push(task);
    else groups.set(key, [task]);
  }
  return [...groups].map(([key, own]) => ({ key, tasks: own }));
}

/** The tasks of each day of a week, by time. */
export function byWeekday(tasks: readonly Task[], monday: string, zone: string): Map<string, Task[]> {
  const days = new Map(daysOfWeek(monday).map((day): [string, Task[]] => [day, []]));
  const sorted = tasks.filter((task) => task.due_at).sort((a, b) => Date.parse(a.due_at!) - Date.parse(b.due_at!));
  for (const task of sorted) days.get(dayOf(Date.parse(task.due_at!), zone))?.push(task);
  return days;
}

/** The same time of day on another day, as it is sent: local, so that it stays 10:00 over a change of the clocks. */
export function onDay(task: Pick<Task, "due_at">, day: string, zone: string): string {
  return task.due_at ? `${day}T${instantToLocal(Date.parse(task.due_at), zone).slice(11)}` : day;
}

/** The due time as the user's own clock shows it, for sending it back. */
export function dueLocal(task: Pick<Task, "due_at">, zone: string): string | null {
  return task.due_at ? instantToLocal(Date.parse(task.due_at), zone) : null;
}

export type QuickMove = "hour" | "tomorrow" | "week";
export const QUICK_MOVES: readonly QuickMove[] = ["hour", "tomorrow", "week"];

/** Where a quick move puts a task, as local time or day: an hour on from now, tomorrow, or next Monday, at its time of day. */
export function quickMove(task: Pick<Task, "due_at">, move: QuickMove, zone: string, present: number): string {
  if (move === "hour") return instantToLocal(Math.ceil((present + 60 * MINUTE) / MARK) * MARK, zone);
  const today = dayOf(present, zone);
  return onDay(task, move === "tomorrow" ? addDays(today, 1) : addDays(weekOf(today), 7), zone);
}

/** The beginning of a day and of the one after the last, as instants for the server. */
export function bounds(from: string | null, to: string | null, zone: string): { from: string | null; to: string | null } {
  return { from: from && localToInstant(from, zone), to: to && localToInstant(addDays(to, 1), zone) };
}
