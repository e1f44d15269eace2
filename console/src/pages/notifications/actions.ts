// What can be done to inbox items from the page, one or many, each with its undo.
import { inbox } from "../../live.tsx";
import { t } from "../../i18n/index.ts";
import type { Item } from "../../wire.ts";
import { say } from "../../ui/toast.tsx";

type Change = (id: string) => Promise<boolean>;

async function each(ids: string[], change: Change): Promise<number> {
  const results = await Promise.all(ids.map(change));
  return results.filter(Boolean).length;
}

async function changeAll(ids: string[], change: Change, back: Change, text: (n: number) => string): Promise<void> {
  if (ids.length === 0) return;
  const n = await each(ids, change);
  if (n > 0) say(text(n), { undo: () => each(ids, back) });
}

export function archive(items: Item[]): Promise<void> {
  const ids = items.filter((item) => !item.archived_at).map((item) => item.id);
  return changeAll(ids, (id) => inbox().archive(id), (id) => inbox().unarchive(id), (n) => t("inbox.archived", { n }));
}

export function unarchive(items: Item[]): Promise<void> {
  const ids = items.filter((item) => item.archived_at).map((item) => item.id);
  return changeAll(ids, (id) => inbox().unarchive(id), (id) => inbox().archive(id), (n) => t("inbox.unarchived", { n }));
}

export function markRead(items: Item[]): Promise<void> {
  const ids = items.filter((item) => !item.read_at).map((item) => item.id);
  return changeAll(ids, (id) => inbox().read(id), (id) => inbox().unread(id), (n) => t("inbox.marked_read", { n }));
}

export function markUnread(items: Item[]): Promise<void> {
  const ids = items.filter((item) => item.read_at).map((item) => item.id);
  return changeAll(ids, (id) => inbox().unread(id), (id) => inbox().read(id), (n) => t("inbox.marked_unread", { n }));
}

export async function closePopups(items: Item[]): Promise<void> {
  const ids = items.filter((item) => !item.closed_at).map((item) => item.id);
  if (ids.length === 0) say(t("inbox.nothing_to_close"));
  else if (await inbox().close(ids)) say(t("inbox.closed", { n: ids.length }), { undo: () => inbox().reopen(ids) });
}

export async function readAll(): Promise<void> {
  if (await inbox().readAll()) say(t("inbox.all_read"));
}
