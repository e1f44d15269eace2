// The shapes of /v1 that are about rules: templates, triggers, segments, marketing rules, the action log. Only types and
// their closed lists, like wire.ts.
import type { RecordType, Severity } from "./wire.ts";
import type { DeliveryState } from "./wire-mail.ts";

/** Decides which objects a text may use. */
export const TEMPLATE_EVENTS = ["order", "customer", "task", "call", "custom", "schedule", "any"] as const;
export type TemplateEvent = (typeof TEMPLATE_EVENTS)[number];

export type Recipient =
  | { type: "manager" }
  | { type: "performer" }
  | { type: "customer_manager" }
  | { type: "head"; of: "manager" | "performer" | "customer_manager" }
  | { type: "group"; code: string }
  | { type: "user"; id: string }
  | { type: "field"; path: string };

export interface TemplateDraft {
  code: string;
  name: string;
  active: boolean;
  event: TemplateEvent;
  title: string;
  body: string;
  severity: Severity;
  sticky: boolean;
  seconds: number | null;
  sound: boolean;
  link: string | null;
  actions: { label: string; url: string }[];
  channels: ("popup" | "email")[];
  recipients: Recipient[];
  email: { subject: string; body: string } | null;
}

export interface Template extends TemplateDraft {
  id: string;
  version: number;
  updated_at: string;
  updated_by: string | null;
  use_count: number;
  used_by: { type: "trigger" | "marketing_rule"; id: string; name: string }[];
}

export interface SourceProblem {
  field: string;
  line: number | null;
  column: number | null;
  message: string;
}

export interface TemplatePreview {
  title: string;
  body: string;
  email: { subject: string; html: string; text: string } | null;
  recipients: { user: { id: string; name: string }; why: string }[];
  problems: SourceProblem[];
}

export type VariableType = "text" | "number" | "money" | "bool" | "date" | "datetime" | "list" | "object";

export interface Variable {
  path: string;
  type: VariableType;
  label: string;
  sample: string | number | boolean | null;
  /** What change sets call it; null where a change of it cannot be asked for. */
  change?: string | null;
}

export const EVENT_TYPES = [
  "order_changed", "customer_changed", "task_created", "task_due", "task_overdue", "task_done", "call_missed", "call_received", "custom", "schedule", "after_trigger",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export type TriggerEvent =
  | { type: Exclude<EventType, "custom" | "schedule" | "after_trigger"> }
  | { type: "custom"; name: string }
  | { type: "schedule"; cron: string; over: RecordType | null }
  | { type: "after_trigger"; trigger: string; delay_s: number };

interface Timed {
  delay_s: number;
  recheck: boolean;
}

export type TaskPerformer = { type: "manager" } | { type: "user"; id: string } | { type: "group"; code: string };

export type Action = Timed &
  (
    | { type: "notify"; template: string }
    | { type: "email"; template: string; to: "customer" | "recipients" }
    | { type: "create_task"; text: string; comment: string | null; due_in_s: number | null; performer: TaskPerformer }
    | { type: "change_field"; record: RecordType; field: string; value: string }
    | { type: "change_manager"; user: string | null }
    | { type: "http"; method: "GET" | "POST"; url: string; params: { name: string; value: string }[]; body: "form" | "json" }
  );
export type ActionType = Action["type"];
export const ACTION_TYPES: readonly ActionType[] = ["notify", "email", "create_task", "change_field", "change_manager", "http"];

export const PERIODS = ["hour", "day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];

export interface TriggerDraft {
  code: string;
  name: string;
  active: boolean;
  ordering: number;
  event: TriggerEvent;
  filter: string | null;
  condition: string | null;
  actions: Action[];
  repeat: { once_per_record: boolean; at_most: { times: number; per: Period } | null };
}

export interface Trigger extends TriggerDraft {
  id: string;
  version: number;
  updated_at: string;
  updated_by: string | null;
  last_run_at: string | null;
  runs_today: number;
  warnings: { field: string; message: string }[];
}

export const OPERATORS = [
  "is", "is_not", "in", "not_in", "more", "less", "at_least", "at_most", "contains", "matches", "is_empty", "is_set", "changed", "changed_to", "changed_from",
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Comparison {
  field: string;
  operator: Operator;
  value?: unknown;
}
export type Group = { all: Built[] } | { any: Built[] };
export type Built = Group | Comparison;

export interface CheckAnswer {
  problems: SourceProblem[];
  builder: Built | null;
  reads: string[];
}

export interface Explanation {
  text: string;
  /** In UTF-16 units of the source. */
  from: number;
  to: number;
  value: string;
  decided: boolean;
  children: Explanation[];
}

export interface DryRunItem {
  trigger: { id: string | null; name: string };
  fires: boolean;
  why: string;
  filter: Explanation | null;
  condition: Explanation | null;
  actions: { type: ActionType; summary: string; preview: Record<string, unknown> | null; problem: string | null }[];
}

export interface PastEvent {
  id: string;
  type: string;
  at: string;
  title: string;
}

export interface Version<T> {
  version: number;
  at: string;
  by: string | null;
  template?: T;
  trigger?: T;
  rule?: T;
}

export interface Segment {
  id: string;
  code: string;
  name: string;
  condition: string;
  count: number | null;
  counted_at: string | null;
}

export interface SegmentCount {
  count: number;
  sample: { id: string; title: string }[];
}

export const MECHANICS = ["since_last_order", "personal_date", "repeat_purchase", "abandoned_cart", "reactivation", "segment_entered"] as const;
export type Mechanic =
  | { type: "since_last_order"; days: number }
  | { type: "personal_date"; field: string; days_before: number }
  | { type: "repeat_purchase"; orders: number }
  | { type: "abandoned_cart"; event: string }
  | { type: "reactivation"; days: number }
  | { type: "segment_entered" };
export type MechanicType = Mechanic["type"];

export const SPANS = ["day", "week", "month", "year"] as const;
export type Span = (typeof SPANS)[number];
export type Frequency = { type: "once" } | { type: "each_time" } | { type: "times"; times: number; per: Span };

export interface MarketingDraft {
  code: string;
  name: string;
  active: boolean;
  mechanic: Mechanic;
  segments: string[];
  frequency: Frequency;
  cap: { times: number; days: number } | null;
  window: { from: string; to: string } | null;
  timing: { when: "at_once" | "before" | "after"; amount: number; unit: "minutes" | "hours" | "days" };
  retry_h: number;
  actions: Action[];
}

export interface MarketingRule extends MarketingDraft {
  id: string;
  version: number;
  updated_at: string;
  results: { matched: number; done: number; skipped: Record<string, number> };
  warnings?: { field: string; message: string }[];
}

export interface RuleResult {
  /** Without number and title where the reader does not see him. */
  customer: { id: string; number: number | null; title: string };
  at: string;
  result: "done" | "waiting" | "skipped";
  why: string | null;
}

export interface LogRow {
  id: string;
  at: string;
  status: "information" | "error";
  rule: { type: "trigger" | "marketing_rule"; id: string; name: string } | null;
  action: ActionType | null;
  message: string;
  record: { type: RecordType | "task"; id: string; number: number; title: string } | null;
  /** It is about a record that the reader does not see. */
  hidden: boolean;
  links: { type: "notification" | "template" | "delivery" | "task" | "event"; id: string }[];
  duration_us: number;
}

/** Something that left on behalf of a rule: a request, or a letter to somebody who is no user. */
export interface Errand {
  id: string;
  channel: "http" | "email";
  rule: { type: "trigger" | "marketing_rule"; id: string; name: string };
  address: string;
  state: DeliveryState;
  reason: string | null;
  detail: string | null;
  attempts: number;
  next_at: string | null;
  expires_at: string;
  created_at: string;
  ended_at: string | null;
}

export interface ErrandStory extends Errand {
  request: unknown;
  attempt_log: { n: number; at: string; outcome: string; reason: string | null; duration_ms: number }[];
}
