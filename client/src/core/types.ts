/**
 * The words of the wire: what the server sends and what the client asks, as types.
 *
 * Deliberately not here: anything that computes. The shapes are those of the REST API v1; a field
 * that the client does not read is left out.
 */

export type Kind = "task" | "one_time" | "system" | "custom" | "announcement";
export type Severity = "info" | "success" | "warning" | "error";
export type ClosedBy = "user" | "timeout";
export type Language = "en" | "ru" | "es";

/** What an item is about, with a link to it. */
export interface ItemRecord {
  type: string;
  id: string;
  number: number;
  external_id: string | null;
  url: string;
}

/** A notification in one user's inbox, with that user's state. Times are RFC 3339 in UTC. */
export interface Item {
  id: string;
  /** The place of the item's last change among all changes of the account. */
  seq: number;
  kind: Kind;
  severity: Severity;
  /** Sanitised HTML of the allow-list; may be empty. */
  title: string;
  /** Sanitised HTML of the allow-list; empty once the item is withdrawn. */
  body: string;
  link: string | null;
  sticky: boolean;
  record: ItemRecord | null;
  /** What can be done with it now; `snooze` takes a span, `link` leads to its url, every other code is done as it is. */
  actions: { code: string; label: string; url?: string }[];
  /** How long its popup stands, where its template says so. */
  seconds?: number;
  /** The rule that sent it; then it sounds only if its template says so. */
  rule?: string;
  sound?: boolean;
  /** When the task is due; null or absent for everything that is no task. */
  due_at?: string | null;
  /** How an announcement is shown, and what was answered; absent for everything else. */
  announcement?: {
    form: "popup" | "banner";
    mandatory: boolean;
    from: string | null;
    to: string | null;
    answer: "accepted" | "declined" | null;
    answered_by: string | null;
  };
  /** Changes gathered in this item. */
  count: number;
  sender: string | null;
  /** Names of the groups that it was sent to. */
  audience: string[];
  created_at: string;
  expires_at: string | null;
  seen_at: string | null;
  read_at: string | null;
  closed_at: string | null;
  closed_by: ClosedBy | "preferences" | "answered" | null;
  archived_at: string | null;
  snoozed_until: string | null;
  withdrawn_at: string | null;
}

export interface InboxPage {
  items: Item[];
  unread: number;
  /** Where the stream goes on from the state that this page shows. */
  cursor: string;
  /** The next page, or null when this is the last. */
  next: string | null;
}

/** Who the user is, as far as the client asks. */
export interface Session {
  user: { id: string; language: Language; zone: string };
  rights: { may_send_notifications: boolean };
  /** How long popups stay that do not say so themselves, and when nothing sounds. */
  popups?: { seconds: number; quiet: Quiet | null };
}

/** Quiet hours by the clock of a zone: `22:00` to `08:00`. */
export interface Quiet {
  from: string;
  to: string;
  zone: string;
}

/** For how long an item can be snoozed; `tomorrow` is at nine in the user's zone. */
export type Span = "5m" | "15m" | "30m" | "1h" | "tomorrow";

/** What the panel can be narrowed to. */
export type Filter = "all" | "unread" | Kind;

/** Unread is what the badge counts. */
export function isUnread(item: Item): boolean {
  return !(item.read_at ?? item.archived_at ?? item.withdrawn_at);
}

/** A popup stands while nothing has put it away, also after a reload. */
export function stands(item: Item): boolean {
  return !(item.closed_at ?? item.withdrawn_at ?? item.snoozed_until ?? item.archived_at);
}

/** Newest first; ids are time-ordered and settle equal instants. */
export function newestFirst(a: Item, b: Item): number {
  const [one, other] = [a, b].map(({ created_at, id }) => created_at + id);
  return one! < other! ? 1 : one! > other! ? -1 : 0;
}
