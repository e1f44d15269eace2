// One task: what is to be done, when and by whom, each changed where it stands; its comments and its history.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal, useSignalEffect } from "@preact/signals";
import { dateOnly, now } from "../../format.ts";
import { api, withQuery, type Problem } from "../../http.ts";
import { language, t } from "../../i18n/index.ts";
import { onItem } from "../../live.tsx";
import { useRefresh } from "../../refresh.ts";
import { useListing, useResource } from "../../resource.ts";
import { go } from "../../router.ts";
import { useTitle } from "../../title.ts";
import type { HistoryRow, Page, Task, TaskComment } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useKeys } from "../../ui/keys.ts";
import { Drop, MenuItem } from "../../ui/menu.tsx";
import { Empty, Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { History } from "../records/history.tsx";
import { complete, deleteTasks, reassign, reopen, taskApi } from "./actions.ts";
import { Comments } from "./comments.tsx";
import { lateMinutes } from "./late.ts";
import { Abouts, DoneRing, Due, MoveMenu, PerformerFace, PerformerMenu } from "./parts.tsx";
import { usePerformers } from "./performers.ts";
import { openTask, taskChanges } from "./state.ts";
import { dueWords, lateWords, spanWords } from "./words.ts";
import "../../styles/records.css";
import "../../styles/tasks.css";

const LOOK_MS = 10_000;

function Actions({ task }: { task: Task }): JSX.Element {
  const deleting = useSignal(false);
  return (
    <div class="card-actions">
      {task.done ? (
        <Button icon="undo" onClick={() => void reopen(task)}>
          {t("tasks.reopen")}
        </Button>
      ) : (
        <Button kind="primary" icon="check" onClick={() => void complete([task])}>
          {t("action.done")}
        </Button>
      )}
      <Button icon="pencil" onClick={() => openTask({ task })}>
        {t("action.edit")}
      </Button>
      <Drop label={t("records.actions")} menu align="end" faceClass="icon-button" face={<Icon name="dots" />}>
        {(close) => (
          <MenuItem icon="trash" bad onClick={() => (close(), (deleting.value = true))}>
            {t("tasks.delete")}
          </MenuItem>
        )}
      </Drop>
      {deleting.value ? (
        <Confirm
          title={t("tasks.delete_title", { n: 1 })}
          text={t("tasks.delete_text", { n: 1 })}
          action={t("tasks.delete")}
          onClose={() => (deleting.value = false)}
          run={async () => {
            await deleteTasks([task]);
            go("/tasks", { replace: true });
          }}
        />
      ) : null}
    </div>
  );
}

function DuePick({ task }: { task: Task }): JSX.Element {
  const late = lateMinutes(task, now.value);
  const when = task.due_at ? `${dueWords(task.due_at)}${late === null ? "" : ` ${lateWords(late)}`}` : t("tasks.no_date");
  return (
    <MoveMenu
      task={task}
      label={t("tasks.pick_due", { when })}
      faceClass={late !== null ? "pick is-late" : "pick"}
      face={
        <>
          <Icon name="clock" size={14} />
          {task.due_at ? <Due task={task} /> : <span class="faint">{t("tasks.no_date")}</span>}
          <Icon name="down" size={14} />
        </>
      }
    />
  );
}

function Head({ task }: { task: Task }): JSX.Element {
  const performers = usePerformers();
  return (
    <header class="card-head">
      <div class="task-title">
        <DoneRing task={task} />
        <h1 class={task.done ? "is-done" : undefined} dir="auto">
          {task.text}
        </h1>
      </div>
      <Actions task={task} />
      <div class="card-picks">
        <DuePick task={task} />
        <PerformerMenu
          label={t("tasks.pick_performer", { name: task.performer?.name ?? t("records.nobody") })}
          faceClass="pick"
          face={
            <>
              <PerformerFace performer={task.performer} />
              <Icon name="down" size={14} />
            </>
          }
          performers={performers}
          current={task.performer?.id ?? null}
          choose={(choice) => void reassign([task], choice, performers.groupCode)}
        />
      </div>
    </header>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="record-field">
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}

function repeatWords(repeat: NonNullable<Task["repeat"]>): string {
  const every = t(`tasks.repeat_${repeat.every}`);
  if (repeat.until) return `${every}, ${t("tasks.until_day", { day: dateOnly(`${repeat.until}T12:00:00Z`, language.value, "UTC") })}`;
  return repeat.count ? `${every}, ${t("tasks.times", { n: repeat.count })}` : every;
}

function Facts({ task }: { task: Task }): JSX.Element {
  const before = task.remind_before === 0 ? t("tasks.remind_at_due") : t("tasks.remind_earlier", { span: spanWords(task.remind_before) });
  return (
    <dl class="record-fields">
      {task.order || task.customer ? (
        <Fact name={t("tasks.about")}>
          <span class="abouts">
            <Abouts task={task} />
          </span>
        </Fact>
      ) : null}
      {task.phone ? (
        <Fact name={t("rfield.phone")}>
          <a href={`tel:${task.phone.replace(/[^+\d]/g, "")}`}>{task.phone}</a>
        </Fact>
      ) : null}
      {task.due_at ? <Fact name={t("tasks.reminder")}>{before}</Fact> : null}
      {task.next_reminder_at && !task.done ? (
        <Fact name={t("tasks.next_reminder")}>
          <time dateTime={task.next_reminder_at}>{dueWords(task.next_reminder_at)}</time>
        </Fact>
      ) : null}
      {task.repeat ? <Fact name={t("tasks.repeat")}>{repeatWords(task.repeat)}</Fact> : null}
      {task.escalation ? <Fact name={t("tasks.escalation")}>{t("tasks.escalates", { n: task.escalation.after })}</Fact> : null}
      {task.done && task.done_at ? (
        <Fact name={t("tasks.state_done")}>
          <Time at={task.done_at} style="full" />
          {task.done_by ? `, ${task.done_by.name}` : ""}
        </Fact>
      ) : null}
      <Fact name={t("records.created")}>
        <Time at={task.created_at} style="full" />
        {task.creator ? `, ${task.creator.name}` : ""}
      </Fact>
      <Fact name={t("records.number")}>{task.number}</Fact>
    </dl>
  );
}

function useLists(id: string) {
  const path = taskApi(id);
  return {
    comments: useResource<TaskComment[]>(`task-comments/${id}`, async () => (await api.get<{ items: TaskComment[] }>(`${path}/comments`)).items),
    history: useListing<HistoryRow>(`task-history/${id}`, (cursor) => api.get<Page<HistoryRow>>(withQuery(`${path}/history`, { cursor, limit: 50 }))),
  };
}

function TaskView({ task, lists }: { task: Task; lists: ReturnType<typeof useLists> }): JSX.Element {
  useTitle(task.text);
  useKeys({ e: () => void (task.done ? reopen(task) : complete([task])) });
  return (
    <div class="record-card">
      <Head task={task} />
      <div class="record-layout">
        <div class="record-main">
          <section class="card card-section" aria-labelledby="task-facts">
            <h2 id="task-facts">{t("record.task")}</h2>
            {task.comment ? (
              <p class="task-note" dir="auto">
                {task.comment}
              </p>
            ) : null}
            <Facts task={task} />
          </section>
          <Comments id={task.id} list={lists.comments} changed={lists.comments.reload} />
        </div>
        <div class="record-side">
          <History list={lists.history} type="task" />
        </div>
      </div>
    </div>
  );
}

function Gone({ problem, retry }: { problem: Problem; retry: () => void }): JSX.Element {
  if (problem.status !== 404 && problem.status !== 403) return <Failure problem={problem} retry={retry} />;
  const back = (
    <a class="button" href="/tasks">
      <span>{t("tasks.to_tasks")}</span>
    </a>
  );
  return (
    <Empty whole icon="alarm" title={t("tasks.gone")} action={back}>
      {t("tasks.gone_text")}
    </Empty>
  );
}

export function TaskPage({ id }: { id: string }): JSX.Element {
  useTitle(t("record.task"));
  const task = useResource<Task>(`task/${id}`, () => api.get<Task>(taskApi(id)));
  const lists = useLists(id);
  useEffect(() => onItem((item) => void (item.kind === "task" ? task.reload() : undefined)), [task]);
  useRefresh(() => void task.reload(), task.data.value !== undefined, LOOK_MS);
  const isFirst = useRef(true);
  useSignalEffect(() => {
    taskChanges.value;
    if (!isFirst.current) void task.reload();
    isFirst.current = false;
  });
  const changed = task.data.value?.changed_at;
  const shown = useRef(changed);
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== changed) {
      void lists.history.reload();
      void lists.comments.reload();
    }
    shown.current = changed;
  }, [changed]);
  const problem = task.problem.value;
  // A task that is gone or out of reach now is not shown from memory.
  const data = problem?.status === 404 || problem?.status === 403 ? undefined : task.data.value;
  return (
    <section>
      <a class="back-link" href="/tasks">
        <Icon name="back" size={14} />
        <span>{t("nav.tasks")}</span>
      </a>
      {data ? <TaskView key={id} task={data} lists={lists} /> : problem ? <Gone problem={problem} retry={() => void task.reload()} /> : <SkeletonRows />}
    </section>
  );
}
