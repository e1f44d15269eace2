// The console's own short messages: what was done, with its undo. Not to be confused with the popups of
// notifications, which client/ draws. At most three stand; they wait while the pointer or the focus is on them.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import { isProblem } from "../http.ts";
import { t } from "../i18n/index.ts";
import { IconButton } from "./button.tsx";
import { Icon } from "./icon.tsx";
import { wording } from "./states.tsx";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
  link: { label: string; href: string } | undefined;
  undo: (() => Promise<unknown>) | undefined;
}

const toasts = signal<Toast[]>([]);
let lastId = 0;

function drop(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function say(text: string, extra: { undo?: () => Promise<unknown>; link?: Toast["link"]; bad?: boolean } = {}): void {
  const toast: Toast = { id: ++lastId, text, bad: extra.bad ?? false, link: extra.link, undo: extra.undo };
  toasts.value = [...toasts.value.slice(-2), toast];
}

/** For actions outside of a form: says what went wrong, and answers whether it went well. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (!isProblem(error)) throw error;
    if (error.status !== 401) say(wording(error), { bad: true });
    return false;
  }
}

function ToastView({ toast }: { toast: Toast }): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const life = toast.undo || toast.link ? 9_000 : 5_000;
    let timer = 0;
    const held = () => ref.current?.matches(":hover, :focus-within") === true;
    const tick = () => {
      if (held() || document.hidden) timer = window.setTimeout(tick, 1_500);
      else drop(toast.id);
    };
    timer = window.setTimeout(tick, life);
    return () => clearTimeout(timer);
  }, []);
  async function undo(): Promise<void> {
    drop(toast.id);
    if (toast.undo && (await attempt(toast.undo))) say(t("toast.undone"));
  }
  return (
    <div class="toast" ref={ref}>
      <span class={toast.bad ? "toast-icon bad" : "toast-icon"}>
        <Icon name={toast.bad ? "alert" : "success"} />
      </span>
      <span class="toast-text">{toast.text}</span>
      {toast.link ? <a href={toast.link.href}>{toast.link.label}</a> : null}
      {toast.undo ? (
        <button type="button" class="toast-undo" onClick={() => void undo()}>
          {t("action.undo")}
        </button>
      ) : null}
      <IconButton icon="close" label={t("action.dismiss")} onClick={() => drop(toast.id)} />
    </div>
  );
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite" aria-label={t("toast.region")}>
      {toasts.value.map((toast) => (
        <ToastView key={toast.id} toast={toast} />
      ))}
    </div>
  );
}
