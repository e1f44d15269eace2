// The form of a task: from a task to what stands in the fields, and from there to what is sent. Pure.
import { instantToLocal, localToInstant } from "../../format.ts";
import type { Every, RecordType, Task, TaskState } from "../../wire.ts";

export interface Picked {
  id: string;
  title: string;
}

export interface TaskValues {
  text: string;
  comment: string;
  /** YYYY-MM-DD and HH:MM on the user's own clock. */
  date: string;
  time: string;
  /** Empty, `user:ID`, or `group:CODE`. */
  performer: string;
  customer: Picked | null;
  order: Picked | null;
  phone: string;
  remindBefore: string;
  repeat: "" | Every;
  until: string;
  count: string;
  /** Minutes; empty is never. */
  escalation: string;
}

/** What a complaint of the server is about, by the field of the form that shows it. */
export const FIELDS = ["text", "comment", "due", "performer", "customer", "order", "phone", "remind_before", "repeat", "escalation"] as const;

export const EMPTY: TaskValues = {
  text: "",
  comment: "",
  date: "",
  time: "",
  performer: "",
  customer: null,
  order: null,
  phone: "",
  remindBefore: "0",
  repeat: "",
  until: "",
  count: "",
  escalation: "",
};

/** `groupCode` finds the code by which a group is named when it is sent. */
export function valuesOf(task: Task, zone: string, groupCode: (id: string) => string | null): TaskValues {
  const local = task.due_at ? instantToLocal(Date.parse(task.due_at), zone) : "";
  const { performer } = task;
  const code = performer?.type === "group" ? (groupCode(performer.id) ?? performer.id) : null;
  return {
    text: task.text,
    comment: task.comment ?? "",
    date: local.slice(0, 10),
    time: local.slice(11),
    performer: !performer ? "" : performer.type === "user" ? `user:${performer.id}` : `group:${code}`,
    customer: task.customer && { id: task.customer.id, title: task.customer.title },
    order: task.order && { id: task.order.id, title: task.order.title },
    phone: task.phone ?? "",
    remindBefore: String(task.remind_before),
    repeat: task.repeat?.every ?? "",
    until: task.repeat?.until ?? "",
    count: task.repeat?.count ? String(task.repeat.count) : "",
    escalation: task.escalation ? String(task.escalation.after) : "",
  };
}

/** A day alone takes the current time of day, which the server knows. */
export function dueOf(values: Pick<TaskValues, "date" | "time">): string | null {
  if (!values.date) return null;
  return values.time ? `${values.date}T${values.time}` : values.date;
}

/** The instant that the fields name; null while they name none. */
export function dueInstant(values: Pick<TaskValues, "date" | "time">, zone: string, present: number): number | null {
  if (!values.date) return null;
  const time = values.time || instantToLocal(present, zone).slice(11);
  const at = localToInstant(`${values.date}T${time}`, zone);
  return at ? Date.parse(at) : null;
}

function performerOf(value: string): TaskState["performer"] {
  if (value.startsWith("user:")) return { user: value.slice(5) };
  return value.startsWith("group:") ? { group: value.slice(6) } : null;
}

/** What is not a number is sent as it was typed, so that the server names the field. */
function numberOf(text: string): number {
  const plain = text.trim();
  return (/^\d+$/.test(plain) ? Number(plain) : plain) as number;
}

function refOf(picked: Picked | null): { id: string } | null {
  return picked && { id: picked.id };
}

function textOf(value: string): string | null {
  return value.trim() === "" ? null : value.trim();
}

function wholeState(values: TaskValues): TaskState {
  const { repeat } = values;
  return {
    text: values.text.trim(),
    comment: textOf(values.comment),
    due: dueOf(values),
    performer: performerOf(values.performer) ?? null,
    customer: refOf(values.customer),
    order: refOf(values.order),
    phone: textOf(values.phone),
    remind_before: Number(values.remindBefore),
    repeat: repeat ? { every: repeat, until: values.until || null, count: values.count.trim() ? numberOf(values.count) : null } : null,
    escalation: values.escalation.trim() ? { after: numberOf(values.escalation) } : null,
  };
}

/**
 * A new task: what stayed empty is not mentioned, but for the performer, who would be oneself. With records, each gets its
 * own.
 */
export function newState(values: TaskValues, records: readonly { type: RecordType; id: string }[]): TaskState {
  const whole = Object.entries(wholeState(values)).filter(([name, value]) => name === "text" || name === "performer" || (value !== null && value !== 0));
  const state = Object.fromEntries(whole) as TaskState;
  return records.length ? { ...state, records: records.map(({ type, id }) => ({ type, id })) } : state;
}

/** Only what was changed, so that two people who edit different fields do not undo each other. */
export function changedState(before: TaskValues, after: TaskValues): TaskState {
  const was = wholeState(before);
  const is = wholeState(after);
  const names = (Object.keys(is) as (keyof TaskState)[]).filter((name) => JSON.stringify(is[name]) !== JSON.stringify(was[name]));
  return Object.fromEntries(names.map((name) => [name, is[name]]));
}
