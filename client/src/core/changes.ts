/**
 * What a user does to items, as data: the same words change the view here, travel to the other tabs,
 * and are the last part of the call's path.
 *
 * Deliberately not here: the calls (client.ts), and laying changes over what is known (store.ts).
 */
import type { Pending } from "./store.js";
import type { ClosedBy, Item } from "./types.js";

/** How a change makes an item look before the server has confirmed it. */
const CHANGES = {
  seen: (item: Item, at: string) => ({ seen_at: item.seen_at ?? at }),
  read: (item: Item, at: string) => ({ read_at: item.read_at ?? at }),
  unread: () => ({ read_at: null }),
  archive: (item: Item, at: string) => ({ archived_at: item.archived_at ?? at }),
  unarchive: () => ({ archived_at: null }),
  close: (item: Item, at: string, by: ClosedBy = "user") => (item.closed_at ? {} : { closed_at: at, closed_by: by }),
  reopen: () => ({ closed_at: null, closed_by: null, snoozed_until: null }),
};
export type Verb = keyof typeof CHANGES;
/** A change as it is told to other tabs; `ids` null means all up to a seq. */
export type Change = [verb: Verb, ids: ReadonlySet<string> | null, at: string, upTo?: number, by?: ClosedBy | undefined];

export function pendingOf([verb, ids, at, upTo = 0, by]: Change): Pending {
  const change: (item: Item, at: string, by?: ClosedBy) => Partial<Item> = CHANGES[verb];
  return { ids, upTo, change: (item) => ({ ...item, ...change(item, at, by) }) };
}
