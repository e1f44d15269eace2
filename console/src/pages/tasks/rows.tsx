// The table of tasks, by day. The link in a row is what j and k move among; the ring before it finishes the task.
import type { JSX } from "preact";
import { dateOnly, dayName, dayOf, now } from "../../format.ts";
import { language, t } from "../../i18n/index.ts";
import { zone } from "../../session.ts";
import type { Task } from "../../wire.ts";
import { Icon } from "../../ui/icon.tsx";
import { AllCheck, RowCheck } from "../../ui/row-check.tsx";
import { followRow } from "../../ui/rows.ts";
import { byDay, type DayGroup, type Gathered, type GroupKey } from "./due.ts";
import { addDays, lateMinutes } from "./late.ts";
import { Abouts, DoneRing, Due, MoveMenu, PerformerFace } from "./parts.tsx";
import { taskHref } from "./state.ts";

export interface TaskRowsProps {
  tasks: Task[];
  by: Gathered;
  selected: ReadonlySet<string>;
  glowing: ReadonlySet<string>;
  toggle: (id: string, range: boolean) => void;
  toggleAll: (on: boolean) => void;
}

/** What a row tells of a task beside its text: that it comes again, and that somebody wrote to it. */
function Signs({ task }: { task: Task }): JSX.Element | null {
  if (!task.repeat && !task.escalation) return null;
  return (
    <span class="task-signs">
      {task.repeat ? <Sign icon="retry" label={t(`tasks.repeat_${task.repeat.every}`)} /> : null}
      {task.escalation ? <Sign icon="upward" label={t("tasks.escalates", { n: task.escalation.after })} /> : null}
    </span>
  );
}

function Sign({ icon, label }: { icon: "retry" | "upward"; label: string }): JSX.Element {
  return (
    <span title={label}>
      <Icon name={icon} size={13} />
      <span class="visually-hidden">{label}</span>
    </span>
  );
}

type RowProps = Omit<TaskRowsProps, "tasks" | "by" | "toggleAll"> & { task: Task; timeOnly: boolean };

function Row({ task, timeOnly, selected, glowing, toggle }: RowProps): JSX.Element {
  const checked = selected.has(task.id);
  const classes = ["task-row"];
  if (task.done) classes.push("is-done");
  if (lateMinutes(task, now.value) !== null) classes.push("is-late");
  if (glowing.has(task.id)) classes.push("glow");
  return (
    <tr class={classes.join(" ")} data-id={task.id} aria-selected={checked ? "true" : "false"}>
      <RowCheck id={task.id} checked={checked} toggle={toggle} />
      <td class="cell-ring">
        <DoneRing task={task} tabIndex={-1} />
      </td>
      <td class="cell-task">
        <a class="row-link clip" href={taskHref(task.id)} dir="auto">
          {task.text}
        </a>
        <Signs task={task} />
        {task.comment ? (
          <span class="task-comment clip" dir="auto">
            {task.comment}
          </span>
        ) : null}
      </td>
      <td class="cell-about">
        <Abouts task={task} tabIndex={-1} />
      </td>
      <td class="cell-performer">
        <PerformerFace performer={task.performer} />
      </td>
      <td class="cell-due">
        <Due task={task} timeOnly={timeOnly} />
        {task.done ? null : (
          <span class="row-move">
            <MoveMenu task={task} label={t("tasks.move_name", { text: task.text })} faceClass="icon-button" align="end" face={<Icon name="calendar" />} />
          </span>
        )}
      </td>
    </tr>
  );
}

/** "today", "tomorrow", "yesterday", or the day's name. */
function dayWords(day: string): string {
  const today = dayOf(now.value, zone.value);
  if (day === today) return t("tasks.today");
  if (day === addDays(today, 1)) return t("tasks.tomorrow");
  if (day === addDays(today, -1)) return t("tasks.yesterday");
  return day.slice(0, 4) === today.slice(0, 4) ? dayName(day, language.value) : dateOnly(`${day}T12:00:00Z`, language.value, "UTC");
}

function groupWords(key: GroupKey): string {
  if (key === "overdue") return t("tasks.overdue");
  return key === "none" ? t("tasks.no_date") : dayWords(key);
}

function DayBody({ group, by, ...rest }: Omit<TaskRowsProps, "tasks" | "by" | "toggleAll"> & { group: DayGroup; by: Gathered }): JSX.Element {
  return (
    <tbody onClick={followRow}>
      <tr class={group.key === "overdue" ? "day-row late" : "day-row"}>
        <th scope="rowgroup" colSpan={6}>
          {groupWords(group.key)}
          <span class="day-count">{group.tasks.length}</span>
        </th>
      </tr>
      {group.tasks.map((task) => (
        <Row key={task.id} task={task} timeOnly={by === "due" && group.key !== "overdue"} {...rest} />
      ))}
    </tbody>
  );
}

export function TaskRows({ tasks, by, toggleAll, ...rest }: TaskRowsProps): JSX.Element {
  return (
    <table class="table task-table">
      <thead>
        <tr>
          <AllCheck chosen={rest.selected.size} all={tasks.length} toggleAll={toggleAll} />
          <th class="cell-task" scope="col" colSpan={2}>
            {t("tasks.text")}
          </th>
          <th class="cell-about" scope="col">
            {t("tasks.about")}
          </th>
          <th class="cell-performer" scope="col">
            {t("tasks.performer")}
          </th>
          <th class="cell-due" scope="col">
            {t("tasks.due")}
          </th>
        </tr>
      </thead>
      {byDay(tasks, by, zone.value, now.value).map((group) => (
        <DayBody key={group.key} group={group} by={by} {...rest} />
      ))}
    </table>
  );
}
