// Keeps the number of one's late tasks beside the navigation: asked when somebody signs in, when a reminder comes or tasks
// are changed from here, and every minute.
import { useEffect } from "preact/hooks";
import { api, withQuery } from "../../http.ts";
import { onItem } from "../../live.tsx";
import { useRefresh } from "../../refresh.ts";
import type { TaskPage } from "../../wire.ts";
import { overdue, overdueMine, taskChanges } from "./state.ts";

const LOOK_MS = 60_000;

async function look(): Promise<void> {
  // Without an answer the number stays what it was: nobody has asked for it.
  const page = await api.get<TaskPage>(withQuery("/v1/tasks", { performer: "me", state: "overdue", limit: 1 })).catch(() => null);
  if (!page) return;
  overdue.value = page.counts.overdue;
  overdueMine.value = page.total;
}

export function useOverdue(): void {
  useEffect(() => onItem((item) => void (item.kind === "task" ? look() : undefined)), []);
  useEffect(() => void look(), [taskChanges.value]);
  useRefresh(() => void look(), true, LOOK_MS);
}
