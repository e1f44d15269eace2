// The open tasks of an order or a customer, on its card, with the way to a new one and to all of them.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { api, withQuery } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { onItem } from "../../live.tsx";
import { useResource } from "../../resource.ts";
import type { RecordCard, RecordType, TaskPage } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { DoneRing, Due, PerformerFace } from "./parts.tsx";
import { openTask, taskChanges, taskHref, type RecordTitle } from "./state.ts";
import "../../styles/tasks.css";

const SHOWN = 6;

/** A task of an order is about its customer too. */
function aboutOf(type: RecordType, card: RecordCard): RecordTitle[] {
  const about: RecordTitle[] = [{ type, id: card.id, title: card.title }];
  if (type === "order" && card.customer) about.push({ type: "customer", id: card.customer.id, title: card.customer.title });
  return about;
}

function phoneOf(card: RecordCard): string {
  const phone = card.state["phone"] ?? (card.state["phones"] as unknown[] | undefined)?.[0];
  return typeof phone === "string" ? phone : "";
}

export function TasksOf({ type, card }: { type: RecordType; card: RecordCard }): JSX.Element {
  const filter = { [type]: card.id, performer: "all", state: "open", sort: "due" };
  const tasks = useResource<TaskPage>(`tasks-of/${card.id}`, () => api.get<TaskPage>(withQuery("/v1/tasks", { ...filter, limit: SHOWN })));
  useEffect(() => onItem((item) => void (item.kind === "task" ? tasks.reload() : undefined)), [tasks]);
  const isFirst = useRef(true);
  useSignalEffect(() => {
    taskChanges.value;
    if (!isFirst.current) void tasks.reload();
    isFirst.current = false;
  });
  const page = tasks.data.value;
  return (
    <section class="card card-section" aria-labelledby="record-tasks">
      <div class="section-head">
        <h2 id="record-tasks">{t("nav.tasks")}</h2>
        <Button small icon="plus" onClick={() => openTask({ about: aboutOf(type, card), phone: phoneOf(card) })}>
          {t("tasks.new")}
        </Button>
      </div>
      {page?.items.length ? (
        <ul class="tasks-of">
          {page.items.map((task) => (
            <li key={task.id}>
              <DoneRing task={task} />
              <a class="tasks-of-text" href={taskHref(task.id)}>
                <span class="clip" dir="auto">
                  {task.text}
                </span>
                <Due task={task} />
              </a>
              <PerformerFace performer={task.performer} />
            </li>
          ))}
        </ul>
      ) : page ? (
        <p class="faint">{t(`tasks.none_${type}`)}</p>
      ) : null}
      {page?.next ? <a href={`/tasks?whose=all&${type}=${encodeURIComponent(card.id)}`}>{t("records.all_orders", { n: page.total })}</a> : null}
    </section>
  );
}
