// The small pieces that every view of tasks is made of: the ring that finishes one, its due time, who does it, what it is
// about, and the menus that move it and hand it on.
import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import { dayOf, now, timeOfDay } from "../../format.ts";
import { language, t } from "../../i18n/index.ts";
import { session, zone } from "../../session.ts";
import type { Performer, Task } from "../../wire.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Drop } from "../../ui/menu.tsx";
import { FindField } from "../records/people.tsx";
import { complete, moveDue, reopen } from "./actions.ts";
import { onDay, quickMove, QUICK_MOVES } from "./due.ts";
import { addDays, lateMinutes } from "./late.ts";
import type { Choice, Performers } from "./performers.ts";
import { dueWords, lateWords } from "./words.ts";

const MANY = 8;

/** The ring before a task: a press finishes it, another one opens it again. */
export function DoneRing({ task, tabIndex }: { task: Task; tabIndex?: number }): JSX.Element {
  const busy = useSignal(false);
  async function toggle(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    await (task.done ? reopen(task) : complete([task]));
    busy.value = false;
  }
  const isTicked = task.done !== busy.value;
  const label = t(task.done ? "tasks.reopen_name" : "tasks.complete_name", { text: task.text });
  return (
    <button
      type="button"
      class={isTicked ? "ring ticked" : "ring"}
      aria-label={label}
      title={t(task.done ? "tasks.reopen" : "tasks.complete")}
      aria-pressed={task.done ? "true" : "false"}
      tabIndex={tabIndex}
      onClick={() => void toggle()}
    >
      <Icon name="check" size={12} />
    </button>
  );
}

/** "10:02", and "12 min late" in red where it is. Under the heading of its day the time alone is enough. */
export function Due({ task, timeOnly }: { task: Pick<Task, "due_at" | "done" | "overdue_minutes">; timeOnly?: boolean }): JSX.Element | null {
  if (!task.due_at) return null;
  const late = lateMinutes(task, now.value);
  return (
    <span class="due">
      <time dateTime={task.due_at}>{timeOnly ? timeOfDay(task.due_at, language.value, zone.value) : dueWords(task.due_at)}</time>
      {late === null ? null : <> <span class="late">{lateWords(late)}</span></>}
    </span>
  );
}

interface FaceProps {
  performer: Performer | Choice | null;
  nobody?: string;
  children?: ComponentChildren;
}

export function PerformerFace({ performer, nobody, children }: FaceProps): JSX.Element {
  return (
    <span class="performer">
      {!performer ? (
        <i class="nobody" />
      ) : performer.type === "group" ? (
        <span class="group-face">
          <Icon name="users" size={13} />
        </span>
      ) : (
        <Avatar name={performer.name} />
      )}
      <span class={performer ? "clip" : "clip faint"} dir="auto">
        {performer?.name ?? nobody ?? t("records.nobody")}
      </span>
      {children}
    </span>
  );
}

/** The order and the customer that a task is about. */
export function Abouts({ task, tabIndex }: { task: Task; tabIndex?: number }): JSX.Element | null {
  const records = [
    { href: "/orders/", icon: "bag" as const, record: task.order },
    { href: "/customers/", icon: "user" as const, record: task.customer },
  ];
  return (
    <>
      {records.map(({ href, icon, record }) =>
        record ? (
          <a key={href} class="about-link" href={href + encodeURIComponent(record.id)} tabIndex={tabIndex}>
            <Icon name={icon} size={13} />
            <span class="clip" dir="auto">
              {record.title}
            </span>
          </a>
        ) : null,
      )}
    </>
  );
}

interface MenuProps {
  label: string;
  face: ComponentChildren;
  faceClass: string;
  align?: "start" | "end";
}

/** Moves a task: an hour on, tomorrow, next Monday, or to a day of one's choice. */
export function MoveMenu({ task, ...menu }: MenuProps & { task: Task }): JSX.Element {
  const today = dayOf(now.value, zone.value);
  return (
    <Drop {...menu}>
      {(close) => (
        <>
          {QUICK_MOVES.map((move) => (
            <button
              key={move}
              type="button"
              class="menu-item"
              onClick={() => {
                close();
                void moveDue(task, quickMove(task, move, zone.value, now.value));
              }}
            >
              <Icon name={move === "hour" ? "clock" : "calendar"} />
              <span>{t(`tasks.move_${move}`)}</span>
            </button>
          ))}
          <label class="menu-date">
            <span>{t("tasks.move_to_day")}</span>
            <input
              class="input"
              type="date"
              min={addDays(today, -365)}
              value={task.due_at ? dayOf(Date.parse(task.due_at), zone.value) : ""}
              onChange={(event) => {
                const day = event.currentTarget.value;
                if (!day) return;
                close();
                void moveDue(task, onDay(task, day, zone.value));
              }}
            />
          </label>
          {task.due_at ? (
            <button
              type="button"
              class="menu-item"
              onClick={() => {
                close();
                void moveDue(task, null);
              }}
            >
              <Icon name="close" />
              <span>{t("tasks.move_none")}</span>
            </button>
          ) : null}
        </>
      )}
    </Drop>
  );
}

export interface PerformerMenuProps extends MenuProps {
  performers: Performers;
  /** The id of whose it is now; undefined where several are meant. */
  current: string | null | undefined;
  choose: (choice: Choice | null) => void;
  /** What nobody is called here. */
  nobody?: string;
}

export function PerformerMenu({ performers, current, choose, nobody, ...menu }: PerformerMenuProps): JSX.Element {
  const text = useSignal("");
  const [me, ...others] = performers.people;
  const all = [...(me ? [me] : []), ...performers.groups, ...others];
  const shown = all.filter((choice) => choice.name.toLowerCase().includes(text.value));
  const item = (choice: Choice | null, close: () => void) => {
    const isCurrent = current !== undefined && (choice?.id ?? null) === current;
    return (
      <button
        key={choice?.key ?? "none"}
        type="button"
        class="menu-item"
        aria-pressed={isCurrent ? "true" : "false"}
        onClick={() => {
          close();
          text.value = "";
          if (!isCurrent) choose(choice);
        }}
      >
        <PerformerFace performer={choice} {...(nobody ? { nobody } : {})}>{choice && choice.id === session.value?.user.id ? <small class="faint">{t("records.me")}</small> : null}</PerformerFace>
        {isCurrent ? <Icon name="check" size={14} /> : null}
      </button>
    );
  };
  return (
    <Drop {...menu}>
      {(close) => (
        <>
          {all.length > MANY ? <FindField label={t("tasks.find_performer")} onText={(value) => (text.value = value)} /> : null}
          {text.value ? null : item(null, close)}
          {shown.map((choice) => item(choice, close))}
          {shown.length === 0 ? <p class="check-none">{t("users.none_found")}</p> : null}
        </>
      )}
    </Drop>
  );
}
