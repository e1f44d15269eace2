// What can be done to tasks, one or many, each with its undo where there is a way back. Deleting has none: that is asked
// for beforehand (ui/dialog.tsx).
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { zone } from "../../session.ts";
import type { BulkAnswer, Task, TaskState } from "../../wire.ts";
import { attempt, say } from "../../ui/toast.tsx";
import { dueLocal } from "./due.ts";
import { dueWords } from "./words.ts";
import { performerState, type Choice } from "./performers.ts";
import { tasksChanged } from "./state.ts";

/** The server takes this many tasks in one call. */
const AT_ONCE = 500;

export function taskApi(id: string, action = ""): string {
  return `/v1/tasks/${encodeURIComponent(id)}${action}`;
}

/** Runs a change, tells every list, and answers whether it went well. */
async function change(run: () => Promise<unknown>): Promise<boolean> {
  const isDone = await attempt(run);
  tasksChanged();
  return isDone;
}

async function bulk(ids: readonly string[], body: { do: "complete" | "delete" | "reassign"; performer?: TaskState["performer"] }): Promise<BulkAnswer> {
  const sum: BulkAnswer = { changed: 0, refused: [] };
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const answer = await api.post<BulkAnswer>("/v1/tasks/bulk", { ids: ids.slice(at, at + AT_ONCE), ...body });
    sum.changed += answer.changed;
    sum.refused.push(...answer.refused);
  }
  return sum;
}

/** What was so already is as it was wanted; the others are gone, or out of reach. */
function sayMissing({ refused }: BulkAnswer): void {
  const n = refused.filter(({ reason }) => reason !== "unchanged").length;
  if (n > 0) say(t("tasks.missing", { n }), { bad: true });
}

async function reopenEach(ids: readonly string[]): Promise<void> {
  try {
    for (const id of ids) await api.post(taskApi(id, "/reopen"));
  } finally {
    tasksChanged();
  }
}

export async function complete(tasks: readonly Task[]): Promise<void> {
  const ids = tasks.filter((task) => !task.done).map((task) => task.id);
  const [only] = ids;
  if (only === undefined) return;
  let left: string[] = ids;
  const isDone = await change(async () => {
    if (ids.length === 1) return void (await api.post(taskApi(only, "/complete")));
    const answer = await bulk(ids, { do: "complete" });
    const refused = new Set(answer.refused.map(({ id }) => id));
    left = ids.filter((id) => !refused.has(id));
    sayMissing(answer);
  });
  if (isDone && left.length) say(t("tasks.completed", { n: left.length }), { undo: () => reopenEach(left) });
}

export async function reopen(task: Task): Promise<void> {
  if (!(await change(() => api.post(taskApi(task.id, "/reopen"))))) return;
  const undo = async () => {
    await api.post(taskApi(task.id, "/complete"));
    tasksChanged();
  };
  say(t("tasks.reopened"), { undo });
}

export async function deleteTasks(tasks: readonly Task[]): Promise<void> {
  const ids = tasks.map((task) => task.id);
  try {
    if (ids.length === 1) await api.delete(taskApi(ids[0]!));
    else sayMissing(await bulk(ids, { do: "delete" }));
  } finally {
    tasksChanged();
  }
  say(t("tasks.deleted", { n: ids.length }));
}

/** Nobody is not somebody: from him tasks are taken one by one. */
async function give(ids: readonly string[], performer: NonNullable<TaskState["performer"]> | null): Promise<void> {
  if (performer) sayMissing(await bulk(ids, { do: "reassign", performer }));
  else for (const id of ids) await api.patch(taskApi(id), { performer });
}

/** Gives tasks to somebody; taken back, each goes to whom it was with. */
export async function reassign(tasks: readonly Task[], to: Choice | null, groupCode: (id: string) => string | null): Promise<void> {
  const moved = tasks.filter((task) => (task.performer?.id ?? null) !== (to?.id ?? null));
  if (moved.length === 0) return;
  const isDone = await change(() => give(moved.map((task) => task.id), to && to.state));
  if (!isDone) return;
  const undo = async () => {
    const homes = new Map<string, string[]>();
    for (const task of moved) {
      const home = JSON.stringify(performerState(task.performer, groupCode));
      homes.set(home, [...(homes.get(home) ?? []), task.id]);
    }
    try {
      for (const [home, own] of homes) await give(own, JSON.parse(home) as Parameters<typeof give>[1]);
    } finally {
      tasksChanged();
    }
  };
  say(t("tasks.reassigned", { n: moved.length, name: to?.name ?? t("records.nobody") }), { undo });
}

/** Moves the due time to a day or local time, with the way back. */
export async function moveDue(task: Task, due: string | null): Promise<void> {
  const write = async (value: string | null) => {
    const after = await api.patch<Task>(taskApi(task.id), { due: value });
    tasksChanged();
    return after;
  };
  let after: Task | null = null;
  if (!(await attempt(async () => (after = await write(due))))) return;
  const at = (after as Task | null)?.due_at ?? null;
  say(at ? t("tasks.moved", { when: dueWords(at) }) : t("tasks.moved_nowhere"), { undo: () => write(dueLocal(task, zone.peek())) });
}
