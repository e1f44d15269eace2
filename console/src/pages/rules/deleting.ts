// Deleting a rule of any sort: at once, with Undo instead of a question.
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { attempt, say } from "../../ui/toast.tsx";

const turns = signal(0);

/** Reads a list again when something was deleted or brought back, also from another page's toast. */
export function useFresh(reload: () => Promise<void>): void {
  const turn = turns.value;
  useEffect(() => {
    if (turn) void reload();
  }, [turn]);
}

/** `path` is its address under /v1. */
export async function remove(path: string, name: string): Promise<boolean> {
  if (!(await attempt(() => api.delete(path)))) return false;
  turns.value += 1;
  say(t("rules.deleted", { name }), {
    undo: async () => {
      await api.post(`${path}/restore`);
      turns.value += 1;
    },
  });
  return true;
}
