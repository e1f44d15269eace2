// How late a task is, and the arithmetic of calendar days. Pure, and apart from due.ts because the first look needs it: a
// reminder in the list of notifications says how late it is.
import type { Task } from "../../wire.ts";

const MINUTE = 60_000;

type Lateness = Pick<Task, "done" | "due_at"> & Partial<Pick<Task, "overdue_minutes">>;

/** Whole minutes that an open task is late, or null: those that the server counted, and those that have passed since. */
export function lateMinutes(task: Lateness, present: number): number | null {
  if (task.done || !task.due_at) return null;
  const late = Math.max(Math.floor((present - Date.parse(task.due_at)) / MINUTE), task.overdue_minutes ?? 0);
  return late > 0 ? late : null;
}

export interface Span {
  unit: "minute" | "hour" | "day";
  n: number;
  /** Minutes beside hours, as long as they tell something. */
  rest: number;
}

/** 12 min, 1 h 5 min, 7 h, 3 d. */
export function span(minutes: number): Span {
  if (minutes < 60) return { unit: "minute", n: minutes, rest: 0 };
  if (minutes < 24 * 60) return { unit: "hour", n: Math.floor(minutes / 60), rest: minutes < 3 * 60 ? minutes % 60 : 0 };
  return { unit: "day", n: Math.floor(minutes / (24 * 60)), rest: 0 };
}

export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
