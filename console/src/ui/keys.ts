// Keyboard: single letters on a page, which stay silent while somebody types, and the modifier that sends a form.
// Letters are read by their place on the keyboard, so that j and k also work with a Cyrillic layout.
import { useEffect } from "preact/hooks";

export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Boxes to tick take no text: letters still work on them. */
function takesText(target: EventTarget | null): boolean {
  return isTyping(target) && !(target instanceof HTMLInputElement && target.type === "checkbox");
}

function nameOf(event: KeyboardEvent): string {
  if (event.key === "?" || event.key === "/") return event.key;
  if (event.code === "Slash" && !event.shiftKey) return "/";
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key;
}

export type Keymap = Record<string, (event: KeyboardEvent) => void>;

/** Single keys for as long as the component is there. Off while a dialog is open and while text is typed. */
export function useKeys(keys: Keymap, active = true): void {
  useEffect(() => {
    if (!active) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      const target = event.composedPath()[0] ?? null;
      if (takesText(target) || document.querySelector("dialog:modal")) return;
      // A key inside of an open popover, such as the bell's panel, is for that.
      if (event.composedPath().some((node) => node instanceof Element && node.matches(":popover-open"))) return;
      const name = nameOf(event);
      if (name === "Enter" && target instanceof HTMLElement && target.closest("a, button, summary")) return;
      const run = keys[name];
      if (!run) return;
      event.preventDefault();
      run(event);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  });
}

/** ⌘ or Ctrl with Enter. */
export function sends(event: KeyboardEvent): boolean {
  return event.key === "Enter" && (event.metaKey || event.ctrlKey);
}
