// The shapes of /v1 as the console reads them; those of the inbox are the client's. Only types: no requests (http.ts)
// and no wording.

import type { InboxPage, Item, Kind, Language, Severity } from "../../client/src/core/types.ts";

export type { InboxPage, Item, Kind, Language, Severity };
export type Role = "administrator" | "manager";
export type Sees = "all" | "sites" | "own";

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Status {
  version: string;
  setup_required: boolean;
  demo: boolean;
  languages: Language[];
}

export interface Session {
  user: { id: string; number: number; name: string; email: string; role: Role; language: Language; zone: string };
  account: { code: string; name: string; zone: string; language: Language };
  rights: { may_send_notifications: boolean; may_edit_rules: boolean; sees: Sees };
  demo: boolean;
  version: string;
}

export interface Choose {
  choose: { code: string; name: string }[];
}

export type SentState = "scheduled" | "sending" | "sent" | "recalled" | "expired";

export interface Sent {
  id: string;
  title: string;
  body: string;
  severity: Severity;
  sticky: boolean;
  link: string | null;
  sender: string | null;
  groups: { code: string; name: string }[];
  users: { id: string; name: string }[];
  created_at: string;
  send_at: string | null;
  expires_at: string | null;
  recalled_at: string | null;
  state: SentState;
  recipients: number;
  seen: number;
  read: number;
  closed: number;
}

export interface Recipient {
  user: { id: string; name: string; email: string | null };
  seen_at: string | null;
  read_at: string | null;
  closed_at: string | null;
  closed_by: "user" | "timeout" | "preferences" | null;
}

export interface NewNotification {
  body: string;
  title?: string;
  groups?: string[];
  users?: string[];
  severity?: Severity;
  sticky?: boolean;
  link?: string;
  expires_at?: string;
  send_at?: string;
}

export type UserState = "active" | "invited" | "locked";

export interface User {
  id: string;
  number: number;
  name: string;
  email: string | null;
  role: Role;
  state: UserState;
  groups: string[];
  language: Language | null;
  zone: string | null;
  created_at: string;
  last_seen_at: string | null;
}

export interface Group {
  id: string;
  number: number;
  code: string;
  name: string;
  may_send_notifications: boolean;
  may_edit_rules: boolean;
  sees: Sees;
  /** Codes of the sites whose records the members see, where they see those of sites. */
  sites: string[];
  /** The user who hears in the end of a task that the group leaves undone. */
  head: string | null;
  members: number;
  created_at: string;
}

export const SCOPES = ["notify", "tokens", "ingest", "read", "retailcrm", "all"] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  created_at: string;
  created_by: string | null;
  last_used_at: string | null;
  expires_at: string | null;
}

export interface AuditLine {
  id: string;
  at: string;
  who: { type: "user" | "key" | "system"; id: string | null; name: string | null };
  action: string;
  subject: string;
  detail: Record<string, unknown> | null;
}

export interface AllowedOrigin {
  origin: string;
  created_at: string;
}

export interface Account {
  code: string;
  name: string;
  zone: string;
  language: Language;
  public_url: string | null;
}

export interface Profile {
  name: string;
  email: string;
  language: Language | null;
  zone: string | null;
}

export interface Person {
  id: string;
  name: string;
  email: string;
  role: Role;
  language: Language;
  groups: string[];
}

export type RecordType = "order" | "customer";

export interface Named {
  code: string;
  name: string;
}

export interface RecordRow {
  id: string;
  number: number;
  external_id: string | null;
  site: string | null;
  title: string;
  status: Named | null;
  manager: { id: string; name: string } | null;
  customer: { id: string; title: string } | null;
  /** Who bought, by the name or address that the order itself has. */
  buyer: string | null;
  total_sum: string | number | null;
  currency: string | null;
  created_at: string;
  changed_at: string;
}

export interface RecordPage extends Page<RecordRow> {
  /** Counted up to 10,001. */
  total: number;
}

/** A record as it is sent and read: absent is unknown, null clears. */
export type RecordState = { [name: string]: unknown };

export interface RecordField {
  name: string;
  label: string;
  value: unknown;
  display: string | null;
}

export interface RecordCard extends RecordRow {
  state: RecordState;
  fields: RecordField[];
  url: string | null;
  notifications: Item[];
}

export interface Written {
  id: string;
  number: number;
  changed: string[];
  created: boolean;
}

export interface HistoryRow {
  seq: number;
  created_at: string;
  kind: "create" | "update" | "delete";
  source: "api" | "user" | "code";
  by: string | null;
  field: string;
  label: string;
  part: string | null;
  old: unknown;
  new: unknown;
  old_display: string | null;
  new_display: string | null;
}

/** An entry of a reference list; `parent` is a status's group. */
export interface Entry extends Named {
  parent: string | null;
  ordering: number;
  active: boolean;
}

export interface ReferenceList {
  list: string;
  entries: Entry[];
}

export interface Site extends Named {
  order_url: string | null;
  customer_url: string | null;
}

export const CUSTOM_KINDS = ["string", "text", "integer", "numeric", "boolean", "date", "datetime", "dictionary", "email"] as const;
export type CustomKind = (typeof CUSTOM_KINDS)[number];

export interface CustomField extends Named {
  record_type: RecordType;
  type: CustomKind;
  dictionary: string | null;
}

/** What may be switched of the account's system notifications. */
export interface SystemChoices {
  active: string[];
  order_groups: string[];
  customer_groups: string[];
  /** Ids of groups. */
  unassigned: string[];
}

export interface SystemNotifications extends SystemChoices {
  rules: { rule: string; name: string }[];
  field_groups: { group: string; name: string; records: RecordType[] }[];
}

export type Performer = { type: "user" | "group"; id: string; name: string };
export const REMIND_BEFORE = [0, 5, 10, 15, 30, 60, 120, 1440] as const;
export const REPEATS = ["day", "weekday", "week", "month"] as const;
export type Every = (typeof REPEATS)[number];

export interface TaskRecord {
  id: string;
  number: number;
  title: string;
  url: string | null;
}

export interface Task {
  id: string;
  number: number;
  text: string;
  comment: string | null;
  due_at: string | null;
  /** The same on the clock of `zone`: 2026-11-22T10:02. */
  due_local: string | null;
  zone: string;
  performer: Performer | null;
  customer: TaskRecord | null;
  order: TaskRecord | null;
  phone: string | null;
  /** Minutes. */
  remind_before: number;
  repeat: { every: Every; until: string | null; count: number | null } | null;
  escalation: { after: number } | null;
  done: boolean;
  done_at: string | null;
  done_by: { id: string; name: string } | null;
  creator: { id: string; name: string } | null;
  created_at: string;
  changed_at: string;
  overdue_minutes: number | null;
  next_reminder_at: string | null;
}

export interface TaskCounts {
  mine: number;
  groups: number;
  overdue: number;
}

export interface TaskPage extends Page<Task> {
  total: number;
  counts: TaskCounts;
}

export interface TaskComment {
  id: string;
  text: string;
  by: string | null;
  created_at: string;
}

/** What a task is sent as: absent is unchanged, null clears. */
export interface TaskState {
  text?: string;
  comment?: string | null;
  /** A day, a local time of the user’s zone, or an instant. */
  due?: string | null;
  performer?: { user: string } | { group: string } | null;
  customer?: { id: string } | null;
  order?: { id: string } | null;
  records?: { type: RecordType; id: string }[];
  phone?: string | null;
  remind_before?: number;
  repeat?: Task["repeat"];
  escalation?: Task["escalation"];
}

export interface BulkAnswer {
  changed: number;
  /** `unchanged`: it was so already. */
  refused: { id: string; reason: "not_found" | "unchanged" }[];
}
