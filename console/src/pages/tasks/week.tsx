// The tasks of a week, a column for each day. A task is moved by dragging it to another day, by its menu, or with Shift
// and an arrow key; each move can be taken back. Plain arrow keys walk from task to task.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { dateOnly, dayOf, now, timeOfDay } from "../../format.ts";
import { language, t } from "../../i18n/index.ts";
import { setQuery } from "../../router.ts";
import { session, zone } from "../../session.ts";
import type { Task } from "../../wire.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { moveDue } from "./actions.ts";
import { byWeekday, onDay } from "./due.ts";
import { addDays, lateMinutes } from "./late.ts";
import type { TaskList } from "./list.ts";
import { DoneRing, MoveMenu, PerformerFace } from "./parts.tsx";
import { openTask, taskHref } from "./state.ts";
import { lateWords } from "./words.ts";

/** Of more tasks on one day, the rest is behind a link to that day's list. */
const SHOWN = 12;
const DRAGGED = "application/x-bellwire-task";

function weekday(day: string, width: "short" | "long"): string {
  return new Intl.DateTimeFormat(language.value, { weekday: width, timeZone: "UTC" }).format(new Date(`${day}T12:00:00Z`));
}

/** `late`: how many of one's own tasks are, of whatever week; 0 where others' are shown. */
export function WeekBar({ monday, today, late }: { monday: string; today: string; late: number }): JSX.Element {
  const show = (week: string | null) => setQuery({ week }, { replace: true });
  const sunday = addDays(monday, 6);
  const range = new Intl.DateTimeFormat(language.value, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return (
    <div class="week-bar">
      <IconButton icon="left" label={t("tasks.week_before")} onClick={() => show(addDays(monday, -7))} />
      <IconButton icon="right" label={t("tasks.week_after")} onClick={() => show(addDays(monday, 7))} />
      <Button small disabled={today >= monday && today <= sunday} onClick={() => show(null)}>
        {t("tasks.this_week")}
      </Button>
      <h2 aria-live="polite">{range.formatRange(new Date(`${monday}T12:00:00Z`), new Date(`${sunday}T12:00:00Z`))}</h2>
      {late > 0 ? (
        <a class="week-late late" href="/tasks?state=overdue">
          {t("tasks.n_overdue", { n: late })}
        </a>
      ) : null}
    </div>
  );
}

interface CardProps {
  task: Task;
  day: string;
  move: (task: Task, day: string) => void;
}

function WeekTask({ task, day, move }: CardProps): JSX.Element {
  const late = lateMinutes(task, now.value);
  const classes = ["week-task"];
  if (task.done) classes.push("is-done");
  if (late !== null) classes.push("is-late");
  return (
    <li
      class={classes.join(" ")}
      data-id={task.id}
      draggable
      onDragStart={(event) => {
        event.dataTransfer?.setData(DRAGGED, task.id);
        if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
      }}
    >
      <DoneRing task={task} tabIndex={-1} />
      <a
        class="week-link"
        href={taskHref(task.id)}
        draggable={false}
        aria-keyshortcuts="Shift+ArrowLeft Shift+ArrowRight"
        onKeyDown={(event) => {
          if (!event.shiftKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
          event.preventDefault();
          event.stopPropagation();
          move(task, addDays(day, event.key === "ArrowLeft" ? -1 : 1));
        }}
      >
        <span class="due">
          <time dateTime={task.due_at!}>{timeOfDay(task.due_at!, language.value, zone.value)}</time>
          {late === null ? null : <span class="late">{lateWords(late)}</span>}
        </span>
        <span class="week-text" dir="auto">
          {task.text}
        </span>
        {task.performer && task.performer.id !== session.value?.user.id ? <PerformerFace performer={task.performer} /> : null}
      </a>
      <MoveMenu task={task} label={t("tasks.move_name", { text: task.text })} faceClass="icon-button" align="end" face={<Icon name="dots" size={14} />} />
    </li>
  );
}

interface DayProps {
  day: string;
  today: string;
  tasks: Task[];
  move: (task: Task, day: string) => void;
  drop: (id: string, day: string) => void;
}

function Day({ day, today, tasks, move, drop }: DayProps): JSX.Element {
  const over = useSignal(false);
  const isOurs = (event: DragEvent) => event.dataTransfer?.types.includes(DRAGGED) === true;
  const classes = ["week-day"];
  if (day === today) classes.push("is-today");
  if (day < today) classes.push("is-past");
  if (over.value) classes.push("is-over");
  return (
    <section
      class={classes.join(" ")}
      aria-label={`${weekday(day, "long")}, ${dateOnly(`${day}T12:00:00Z`, language.value, "UTC")}`}
      onDragOver={(event) => {
        if (!isOurs(event)) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) over.value = false;
      }}
      onDrop={(event) => {
        over.value = false;
        const id = event.dataTransfer?.getData(DRAGGED);
        if (!id) return;
        event.preventDefault();
        drop(id, day);
      }}
    >
      <h3 class="week-head">
        <span>{weekday(day, "short")}</span>
        <b>{Number(day.slice(8))}</b>
        <IconButton icon="plus" class="week-add" label={t("tasks.new_on", { day: `${weekday(day, "long")} ${Number(day.slice(8))}` })} onClick={() => openTask({ day })} />
      </h3>
      <ul class="week-tasks">
        {tasks.slice(0, SHOWN).map((task) => (
          <WeekTask key={task.id} task={task} day={day} move={move} />
        ))}
      </ul>
      {tasks.length > SHOWN ? (
        <button type="button" class="text-button week-more" onClick={() => setQuery({ view: null, week: null, from: day, to: day })}>
          {t("tasks.more_of_day", { n: tasks.length - SHOWN })}
        </button>
      ) : null}
    </section>
  );
}

/** From link to link: up and down in a day, left and right to the nearest task of another day. */
function walk(root: HTMLElement, key: string): void {
  const links = (from: Element | null) => [...(from?.querySelectorAll<HTMLElement>(".week-link") ?? [])];
  const here = document.activeElement as HTMLElement | null;
  const day = here?.closest(".week-day") ?? null;
  const at = links(day).indexOf(here!);
  if (at < 0) return void links(root)[0]?.focus();
  if (key === "ArrowDown" || key === "ArrowUp") return void links(day)[at + (key === "ArrowDown" ? 1 : -1)]?.focus();
  const days = [...root.querySelectorAll(".week-day")];
  const step = key === "ArrowRight" ? 1 : -1;
  for (let to = days.indexOf(day!) + step; days[to]; to += step) {
    const found = links(days[to]!);
    if (found.length) return found[Math.min(at, found.length - 1)]!.focus();
  }
}

export function Week({ list, monday, today }: { list: TaskList; monday: string; today: string }): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const tasks = list.items.value ?? [];
  const days = byWeekday(tasks, monday, zone.value);
  const move = async (task: Task, day: string) => {
    const wasHere = root.current?.contains(document.activeElement) === true;
    await moveDue(task, onDay(task, day, zone.value));
    await list.reload();
    // The task is another element now, in another day.
    if (wasHere) requestAnimationFrame(() => root.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(task.id)}"] .week-link`)?.focus());
  };
  return (
    <div
      class="week"
      ref={root}
      onKeyDown={(event) => {
        if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || !event.key.startsWith("Arrow")) return;
        if (!(event.target as HTMLElement).matches(".week-link")) return;
        event.preventDefault();
        if (root.current) walk(root.current, event.key);
      }}
    >
      {[...days].map(([day, own]) => (
        <Day
          key={day}
          day={day}
          today={today}
          tasks={own}
          move={(task, to) => void move(task, to)}
          drop={(id, to) => {
            const task = tasks.find((known) => known.id === id);
            if (task && dayOf(Date.parse(task.due_at!), zone.value) !== to) void move(task, to);
          }}
        />
      ))}
    </div>
  );
}
