// Dialogs: the browser's own <dialog>, modal, closed by Esc, by the cross, and by a press beside it when nothing in it
// would be lost. Asking "are you sure" is Confirm; everything that can be undone is undone by a toast instead.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { t } from "../i18n/index.ts";
import { isProblem } from "../http.ts";
import { Button, IconButton } from "./button.tsx";
import { Alert } from "./states.tsx";

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
  /** Wider than a question, narrower than `wide`. */
  medium?: boolean;
  /** A press beside the dialog does not close it: something typed would vanish. */
  keep?: boolean;
  onKeyDown?: (event: KeyboardEvent) => void;
}

function firstField(dialog: HTMLElement): HTMLElement | null {
  const field = ".dialog-body :is(input:not([type=checkbox], [type=radio], [readonly]), select, [contenteditable])";
  return dialog.querySelector<HTMLElement>(field) ?? dialog.querySelector<HTMLElement>(".dialog-foot button");
}

export function Dialog({ title, onClose, children, wide, medium, keep, onKeyDown }: DialogProps): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const pressedOutside = useRef(false);
  // The close event comes later than the call that causes it: one that we cause by leaving is not the user's.
  const leaving = useRef(false);
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // Left alone, the browser would begin at the cross. A screen keyboard must not jump up by itself.
    if (dialog && matchMedia("(hover: hover)").matches) firstField(dialog)?.focus();
    return () => {
      leaving.current = true;
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide ? "dialog wide" : medium ? "dialog medium" : "dialog"}
      aria-labelledby={id}
      onClose={() => (leaving.current ? undefined : onClose())}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        pressedOutside.current = event.target === ref.current;
      }}
      onClick={(event) => {
        if (!keep && pressedOutside.current && event.target === ref.current) ref.current?.close();
      }}
    >
      <div class="dialog-frame">
        <div class="dialog-head">
          <h2 id={id}>{title}</h2>
          <IconButton icon="close" label={t("action.close")} onClick={() => ref.current?.close()} />
        </div>
        {children}
      </div>
    </dialog>
  );
}

export interface ConfirmProps {
  title: string;
  text: ComponentChildren;
  action: string;
  run: () => Promise<void>;
  onClose: () => void;
}

/** For the few things that nobody can take back. */
export function Confirm({ title, text, action, run, onClose }: ConfirmProps): JSX.Element {
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  async function confirm(): Promise<void> {
    busy.value = true;
    problem.value = null;
    try {
      await run();
      onClose();
    } catch (error) {
      problem.value = isProblem(error) && error.message ? error.message : t("error.offline");
    } finally {
      busy.value = false;
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-body">
        <p class="prose">{text}</p>
        {problem.value ? <Alert>{problem.value}</Alert> : null}
      </div>
      <div class="dialog-foot">
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="danger" busy={busy.value} onClick={() => void confirm()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
