// The form of a task, as a dialog over whatever page it was opened from: a new one, one for each of several records, or
// one that is there already. What is typed is kept over a reload; of a task only what was changed is sent.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useKept } from "../../kept.ts";
import { session, zone } from "../../session.ts";
import type { Task } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { isMac, sends } from "../../ui/keys.ts";
import { Alert, SkeletonRows, wording } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { useForm } from "../form.ts";
import { taskApi } from "./actions.ts";
import { AboutFields, CommentField, DueFields, MoreFields, PerformerField } from "./form-fields.tsx";
import { usePerformers, type Performers } from "./performers.ts";
import { closeTask, taskForm, taskHref, tasksChanged, type RecordTitle, type TaskForm } from "./state.ts";
import { changedState, dueOf, EMPTY, FIELDS, newState, valuesOf, type TaskValues } from "./values.ts";
import "../../styles/records.css";
import "../../styles/tasks.css";

/** Several titles in a line, the rest as a number. */
const NAMED = 6;

function startingWith({ about = [], phone = "", day = "" }: TaskForm): TaskValues {
  const picked = (type: "order" | "customer") => {
    const record = about.find((known) => known.type === type);
    return record ? { id: record.id, title: record.title } : null;
  };
  const me = session.peek()?.user.id;
  return { ...EMPTY, performer: me ? `user:${me}` : "", order: picked("order"), customer: picked("customer"), phone, date: day };
}

/** Each task and each record has a draft of its own; so has the new task that is about nothing. */
function draftKey({ task, records, about, day }: TaskForm): string {
  if (task) return `task.${task.id}`;
  if (records) return "many-tasks";
  return `task.new.${about?.map((record) => record.id).join("-") ?? ""}${day ?? ""}`;
}

async function send(form: TaskForm, before: TaskValues, values: TaskValues): Promise<void> {
  const { task, records } = form;
  if (task) {
    await api.patch<Task>(taskApi(task.id), changedState(before, values));
    say(t("form.saved"));
    return;
  }
  const made = await api.post<Task | { items: Task[] }>("/v1/tasks", newState(values, records ?? []));
  if ("items" in made) say(t("tasks.made_many", { n: made.items.length }), { link: { label: t("nav.tasks"), href: "/tasks" } });
  else say(t("tasks.made"), { link: { label: t("tasks.open"), href: taskHref(made.id) } });
}

function useTaskForm(form: TaskForm, performers: Performers) {
  const { task } = form;
  const before = useRef(task ? valuesOf(task, zone.peek(), performers.groupCode) : startingWith(form)).current;
  const { values, changed, forget } = useKept<TaskValues>(draftKey(form), before);
  const state = useForm(FIELDS);
  async function save(): Promise<void> {
    if (task && !changed) return closeTask();
    if (!(await state.run(() => send(form, before, values.value)))) return;
    forget();
    closeTask();
    tasksChanged();
  }
  const set = (part: Partial<TaskValues>) => {
    values.value = { ...values.value, ...part };
    state.clear();
  };
  const isTouched = dueOf(values.value) !== dueOf(before) || values.value.remindBefore !== before.remindBefore;
  const standing = task && !isTouched ? task.next_reminder_at : undefined;
  return { ...state, values: values.value, set, save, forget, standing };
}

/** What was refused is brought into sight, its field first. */
function useShown(root: { current: HTMLElement | null }, failed: unknown): void {
  useEffect(() => {
    if (!failed) return;
    const field = root.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    (field ?? root.current?.querySelector<HTMLElement>(".alert"))?.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
  }, [failed]);
}

/** The records that each get a task. */
function ForEach({ records }: { records: readonly RecordTitle[] }): JSX.Element {
  return (
    <p class="for-each">
      <b>{t("tasks.for_each", { n: records.length })}</b> {records.slice(0, NAMED).map((record) => record.title).join(", ")}
      {records.length > NAMED ? ` ${t("tasks.and_more", { n: records.length - NAMED })}` : null}
    </p>
  );
}

function TaskFields({ form, performers }: { form: TaskForm; performers: Performers }): JSX.Element {
  const { task, records } = form;
  const { values, set, save, forget, standing, busy, problem, error } = useTaskForm(form, performers);
  const root = useRef<HTMLFormElement>(null);
  useShown(root, problem ?? FIELDS.map(error).find(Boolean));
  const part = { values, set, error };
  return (
    <form
      class="task-form"
      ref={root}
      noValidate
      onKeyDown={(event) => {
        if (sends(event)) void save();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="dialog-body">
        {problem ? <Alert>{problem.errors.length ? problem.errors.map(({ field, message }) => <span class="block" key={field}>{`${field}: ${message}`}</span>) : wording(problem)}</Alert> : null}
        {records ? <ForEach records={records} /> : null}
        <TextField label={t("tasks.text")} placeholder={t("tasks.text_placeholder")} autocomplete="off" dir="auto" value={values.text} error={error("text")} onValue={(text) => set({ text })} />
        <DueFields {...part} standing={standing} />
        <PerformerField {...part} performers={performers} />
        {records ? null : <AboutFields {...part} />}
        <CommentField {...part} />
        <MoreFields {...part} />
      </div>
      {/* At the start of the line: popups stand at its end. */}
      <div class="dialog-foot task-foot">
        <Button type="submit" kind="primary" busy={busy}>
          {task ? t("action.save") : t("tasks.make", { n: records?.length ?? 1 })}
        </Button>
        <Button
          onClick={() => {
            forget();
            closeTask();
          }}
        >
          {t("action.cancel")}
        </Button>
        <span class="faint only-wide">{t("records.send_hint", { key: isMac ? "⌘" : "Ctrl" })}</span>
      </div>
    </form>
  );
}

export function TaskDialog(): JSX.Element | null {
  const form = taskForm.value;
  const performers = usePerformers();
  if (!form) return null;
  return (
    <Dialog title={t(form.task ? "tasks.edit" : form.records ? "tasks.new_many" : "tasks.new")} onClose={closeTask} medium keep>
      {performers.isRead ? <TaskFields form={form} performers={performers} /> : <SkeletonRows rows={4} />}
    </Dialog>
  );
}
