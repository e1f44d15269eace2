// Text that is there to be copied: a key, a link, a snippet. Falls back to selecting it where the clipboard is closed.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { t } from "../i18n/index.ts";
import { Button } from "./button.tsx";

export function CopyBox({ text, label, lines }: { text: string; label: string; lines?: boolean }): JSX.Element {
  const copied = useSignal(false);
  const ref = useRef<HTMLElement>(null);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = true;
      setTimeout(() => {
        copied.value = false;
      }, 2_000);
    } catch {
      if (ref.current) getSelection()?.selectAllChildren(ref.current);
    }
  }
  return (
    <div class={lines ? "copy-box lines" : "copy-box"}>
      <code ref={ref} tabIndex={0} aria-label={label}>
        {text}
      </code>
      <Button icon={copied.value ? "check" : "copy"} small onClick={() => void copy()}>
        <span aria-live="polite">{copied.value ? t("action.copied") : t("action.copy")}</span>
      </Button>
    </div>
  );
}
