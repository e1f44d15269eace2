// What the list of tasks is narrowed to: read from the address, and sent to the server. Pure.
import { withQuery } from "../../http.ts";
import { bounds, daysOfWeek, weekOf } from "./due.ts";

export const WHOSE = ["mine", "groups", "all"] as const;
export type Whose = (typeof WHOSE)[number];
export const STATES = ["open", "due", "overdue", "done", "all"] as const;
export type TaskStateName = (typeof STATES)[number];

export interface TaskFilter {
  whose: Whose;
  /** The view by week, which shows what is done too. */
  week: boolean;
  state: TaskStateName;
  /** The id of a user, or `group:` and a group's code; only among all tasks. */
  performer: string | null;
  q: string;
  /** Days as YYYY-MM-DD in the user's zone, both included. */
  from: string | null;
  to: string | null;
  order: string | null;
  customer: string | null;
}

export const PAGE = 50;
/** The parameters that narrow beside whose tasks they are. */
export const NARROWING = ["state", "performer", "q", "from", "to", "order", "customer"] as const;

function day(value: string | null): string | null {
  return value && /^\d{4}-\d\d-\d\d$/.test(value) ? value : null;
}

function oneOf<T extends string>(values: readonly T[], value: string | null, otherwise: T): T {
  return values.find((known) => known === value) ?? otherwise;
}

export function filterFrom(query: URLSearchParams): TaskFilter {
  const whose = oneOf(WHOSE, query.get("whose"), "mine");
  const week = query.get("view") === "week";
  return {
    whose,
    week,
    state: oneOf(STATES, query.get("state"), usualState(week)),
    performer: whose === "all" ? query.get("performer") || null : null,
    q: query.get("q")?.trim() ?? "",
    from: day(query.get("from")),
    to: day(query.get("to")),
    order: query.get("order") || null,
    customer: query.get("customer") || null,
  };
}

/** What is shown without being asked for. */
export function usualState(week: boolean): TaskStateName {
  return week ? "all" : "open";
}

/** Whether anything but the tab narrows what is usually shown. */
export function isNarrowed(filter: TaskFilter): boolean {
  const { week, state, performer, q, from, to, order, customer } = filter;
  return Boolean(state !== usualState(week) || performer || q || from || to || order || customer);
}

function performerOf(filter: TaskFilter): string {
  if (filter.whose === "mine") return "me";
  return filter.whose === "groups" ? "groups" : (filter.performer ?? "all");
}

export function pathOf(filter: TaskFilter, zone: string, cursor: string | null, limit: number = PAGE): string {
  const { from, to } = bounds(filter.from, filter.to, zone);
  return withQuery("/v1/tasks", {
    performer: performerOf(filter),
    state: filter.state,
    due_from: from,
    due_to: to,
    q: filter.q,
    order: filter.order,
    customer: filter.customer,
    sort: filter.state === "done" ? "changed" : "due",
    cursor,
    limit,
  });
}

/** The Monday that the week view shows. */
export function weekFrom(query: URLSearchParams, today: string): string {
  return weekOf(day(query.get("week")) ?? today);
}

/** The same filter over the days of one week. */
export function inWeek(filter: TaskFilter, monday: string): TaskFilter {
  const days = daysOfWeek(monday);
  return { ...filter, from: days[0] ?? null, to: days[6] ?? null };
}
