// The shapes of the operator's part of the API.
import type { Severity } from "../wire.ts";

export type Form = "popup" | "banner";
export type People = "everybody" | "administrators";
export type Stage = "draft" | "scheduled" | "standing" | "expired" | "recalled";

export type Chosen =
  | { type: "all" }
  | { type: "chosen"; codes: string[] }
  | { type: "plan"; plan: string }
  | { type: "version"; version: string };

export interface Wording {
  title: string;
  body: string;
}

/** What an announcement says, and to whom. */
export interface Written {
  texts: Record<string, Wording>;
  severity: Severity;
  form: Form;
  accounts: Chosen;
  people: People;
  mandatory: boolean;
  link: string | null;
  window: { from: string; to: string } | null;
  question: "beta" | null;
  starts_at: string | null;
  expires_at: string | null;
}

export interface Counts {
  accounts: number;
  delivered: number;
  seen: number;
  closed: number;
  accepted: number;
  declined: number;
}

export interface Announcement extends Written {
  id: string;
  state: Stage;
  origin: "operator" | "bot" | "feed";
  by: string | null;
  version: number;
  created_at: string;
  updated_at: string;
  published_at: string | null;
  recalled_at: string | null;
  counts: Counts;
}

export interface Earlier extends Written {
  version: number;
  by: string | null;
  at: string;
}

export type Detail = Announcement & { earlier: Earlier[] };

export interface Fare {
  code: string;
  name: string;
  delivered: number;
  seen: number;
  closed: number;
  answer: "accepted" | "declined" | null;
  answered_by: string | null;
  answered_at: string | null;
}

export type AccountState = "open" | "suspended" | "deleted";

/** Null: no limit. */
export interface Limits {
  users: number | null;
  events_per_minute: number | null;
  calls_per_minute: number | null;
}

export interface ServerAccount {
  code: string;
  name: string;
  state: AccountState;
  plan: string | null;
  version: string | null;
  people: number;
  administrators: number;
  limits: Limits;
  created_at: string;
  suspended_at: string | null;
  suspended_reason: string | null;
  /** When its rows go for good. */
  delete_at: string | null;
  last_seen_at: string | null;
}

/** A line of the log of the server. */
export interface Deed {
  id: string;
  at: string;
  /** Null: the command line, or Bellwire itself. */
  operator: string | null;
  by: string | null;
  action: string;
  subject: string;
  detail: unknown;
}

export interface Held {
  code: string;
  account: string | null;
  title: string;
  text: string;
  raised_at: string;
  cleared_at: string | null;
}

export interface Health {
  standing: Held[];
  history: Held[];
  numbers: { name: string; value: number; unit: string }[];
}
