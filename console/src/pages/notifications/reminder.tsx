// What a reminder and any other item offers beyond reading: Done, Snooze, and how late the task is. The popups and the
// bell's panel, which client/ draws, have the same.
import type { ComponentChildren, JSX } from "preact";
import { now, timeOfDay } from "../../format.ts";
import { api } from "../../http.ts";
import { language, t } from "../../i18n/index.ts";
import { putItems } from "../../live.tsx";
import { zone } from "../../session.ts";
import type { Item } from "../../wire.ts";
import { Icon } from "../../ui/icon.tsx";
import { Drop } from "../../ui/menu.tsx";
import { attempt, say } from "../../ui/toast.tsx";
import { lateMinutes } from "../tasks/late.ts";
import { tasksChanged } from "../tasks/state.ts";
import { dueWords, lateWords, spanWords } from "../tasks/words.ts";

const SNOOZES = [
  { wire: "5m", minutes: 5 },
  { wire: "15m", minutes: 15 },
  { wire: "30m", minutes: 30 },
  { wire: "1h", minutes: 60 },
] as const;

/** When the task of a reminder is due. */
export function dueAt(item: Item & { due_at?: string | null }): string | null {
  return item.due_at ?? null;
}

/** Until when a snoozed item is away, or null. */
export function snoozedUntil(item: Item): string | null {
  const until = item.snoozed_until;
  return until && Date.parse(until) > now.value && !item.withdrawn_at ? until : null;
}

async function snooze(item: Item, wanted: string): Promise<void> {
  let after: Item | null = null;
  if (!(await attempt(async () => (after = await api.post<Item>(`/v1/inbox/${encodeURIComponent(item.id)}/snooze`, { for: wanted }))))) return;
  const changed = after as Item | null;
  if (!changed) return;
  putItems([changed]);
  if (changed.snoozed_until) say(t("inbox.snoozed", { when: dueWords(changed.snoozed_until) }));
}

/** The task that a reminder tells of, by its link. */
function taskOf(item: Item): string | null {
  return /\/tasks\/([^/?#]+)/.exec(item.link ?? "")?.[1] ?? null;
}

export function isReminder(item: Item): boolean {
  return item.kind === "task" && item.actions.some((action) => action.code === "done");
}

/** Finishes the task from its reminder. */
export async function finish(item: Item): Promise<void> {
  const isDone = await attempt(async () => putItems([await api.post<Item>(`/v1/inbox/${encodeURIComponent(item.id)}/act`, { action: "done" })]));
  tasksChanged();
  if (!isDone) return;
  const task = taskOf(item);
  const undo = async () => {
    await api.post(`/v1/tasks/${task}/reopen`);
    tasksChanged();
  };
  say(t("inbox.task_done"), task ? { undo } : {});
}

export interface SnoozeMenuProps {
  item: Item;
  face: ComponentChildren;
  faceClass: string;
  align?: "start" | "end";
  tabIndex?: number;
}

export function SnoozeMenu({ item, ...rest }: SnoozeMenuProps): JSX.Element {
  const choices = [...SNOOZES.map(({ wire, minutes }) => ({ wire, text: spanWords(minutes) })), { wire: "tomorrow", text: t("inbox.snooze_tomorrow") }];
  return (
    <Drop label={t("inbox.snooze")} menu {...rest}>
      {(close) =>
        choices.map(({ wire, text }) => (
          <button
            key={wire}
            type="button"
            class="menu-item"
            role="menuitem"
            onClick={() => {
              close();
              void snooze(item, wire);
            }}
          >
            <Icon name="clock" />
            <span>{text}</span>
          </button>
        ))
      }
    </Drop>
  );
}

/** "12 min late", while the reminder stands; "until 10:05", while it is put off. */
export function WhenChip({ item }: { item: Item }): JSX.Element | null {
  const until = snoozedUntil(item);
  if (until) {
    return (
      <span class="row-count">
        <Icon name="clock" size={11} /> {t("inbox.until_time", { time: timeOfDay(until, language.value, zone.value) })}
      </span>
    );
  }
  const due = dueAt(item);
  if (!due || item.closed_at || item.withdrawn_at) return null;
  const late = lateMinutes({ due_at: due, done: false }, now.value);
  return late === null ? null : <span class="late">{lateWords(late)}</span>;
}

/** "10:02 · 12 min late", in the opened reminder. */
export function DueFact({ item }: { item: Item }): JSX.Element | null {
  const due = dueAt(item);
  if (!due) return null;
  const late = item.closed_at ? null : lateMinutes({ due_at: due, done: false }, now.value);
  return (
    <>
      <time dateTime={due}>{dueWords(due)}</time>
      {late === null ? null : <span class="late"> {lateWords(late)}</span>}
    </>
  );
}
