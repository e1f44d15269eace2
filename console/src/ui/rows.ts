// Rows of tables under the keyboard and the pointer: j and k move the focus from link to link, and a press anywhere on a
// row is a press on its link. Which rows are ticked is selection.ts.
import { useKeys } from "./keys.ts";

/** The id of the row that has the focus, or null. */
export function focusedRow(): string | null {
  return document.activeElement?.closest<HTMLElement>("tr[data-id]")?.dataset["id"] ?? null;
}

export function focusRow(id: string | null): void {
  if (!id) return;
  const row = document.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(id)}"]`);
  row?.querySelector<HTMLElement>(".row-link")?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

/** The id `step` further; the first when none has the focus. */
export function neighbour(ids: readonly string[], from: string | null, step: 1 | -1): string | null {
  const at = ids.indexOf(from ?? "");
  if (at < 0) return ids[0] ?? null;
  return ids[Math.min(ids.length - 1, Math.max(0, at + step))] ?? null;
}

/** j and k through the rows of any table whose rows have a link. */
export function useRowKeys(ids: () => string[]): void {
  const move = (step: 1 | -1) => focusRow(neighbour(ids(), focusedRow(), step));
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) });
}

/** For the click of a table body: follows the link of the row, with the same modifiers. */
export function followRow(event: MouseEvent): void {
  const target = event.target as HTMLElement;
  if (target.closest("a, button, input, label, select") || getSelection()?.isCollapsed === false) return;
  const { ctrlKey, metaKey, shiftKey, altKey, button } = event;
  const click = new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey, altKey, button });
  target.closest("tr")?.querySelector("a.row-link")?.dispatchEvent(click);
}
