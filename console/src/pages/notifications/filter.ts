// What the notifications page is narrowed to: read from and written to the address, sent to the server, and asked of
// an item that arrives live. Pure.
import { dayAfter, localToInstant } from "../../format.ts";
import { withQuery } from "../../http.ts";
import type { Item, Kind } from "../../wire.ts";

export type InboxState = "all" | "unread" | "archived";
const KINDS: readonly Kind[] = ["task", "one_time", "system", "custom", "announcement"];

export interface InboxFilter {
  state: InboxState;
  kind: Kind | null;
  q: string;
  /** Days as YYYY-MM-DD in the user's zone, both included. */
  from: string | null;
  to: string | null;
}

function day(value: string | null): string | null {
  return value && /^\d{4}-\d\d-\d\d$/.test(value) ? value : null;
}

export function filterFrom(query: URLSearchParams): InboxFilter {
  const state = query.get("filter");
  const kind = query.get("kind") as Kind | null;
  return {
    state: state === "unread" || state === "archived" ? state : "all",
    kind: kind && KINDS.includes(kind) ? kind : null,
    q: query.get("q")?.trim() ?? "",
    from: day(query.get("from")),
    to: day(query.get("to")),
  };
}

export function isPlain(filter: InboxFilter): boolean {
  return filter.state === "all" && !filter.kind && !filter.q && !filter.from && !filter.to;
}

function bounds(filter: InboxFilter, zone: string): { from: string | null; to: string | null } {
  return {
    from: filter.from && localToInstant(filter.from, zone),
    to: filter.to && localToInstant(dayAfter(filter.to), zone),
  };
}

export function pathOf(filter: InboxFilter, zone: string, cursor: string | null): string {
  const { from, to } = bounds(filter, zone);
  return withQuery("/v1/inbox", { filter: filter.state, kind: filter.kind, q: filter.q, from, to, cursor, limit: 50 });
}

/**
 * Whether an item belongs into the list. `shown` is true for one that is in it already: under "unread" it stays after
 * it was read, so that nothing slips away under the pointer.
 */
export function belongs(item: Item, filter: InboxFilter, zone: string, shown: boolean): boolean {
  if (item.withdrawn_at) return false;
  if (filter.kind && item.kind !== filter.kind) return false;
  if ((item.archived_at !== null) !== (filter.state === "archived")) return false;
  if (filter.state === "unread" && item.read_at && !shown) return false;
  const { from, to } = bounds(filter, zone);
  const at = Date.parse(item.created_at);
  return (!from || at >= Date.parse(from)) && (!to || at < Date.parse(to));
}
