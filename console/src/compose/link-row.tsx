// The line under the editor's toolbar that asks for the address of a link. It changes nothing itself.
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { t } from "../i18n/index.ts";
import { Button } from "../ui/button.tsx";
import { normalLink } from "./serialize.ts";

export interface LinkRowProps {
  href: string;
  /** null removes the link. */
  onDone: (href: string | null) => void;
  onCancel: () => void;
}

export function LinkRow({ href, onDone, onCancel }: LinkRowProps): JSX.Element {
  const text = useSignal(href);
  const bad = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  // Before the next key arrives, or it would still go into the message.
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  function done(): void {
    const link = normalLink(text.value);
    if (link) onDone(link);
    else bad.value = true;
  }
  return (
    <div class="link-row">
      <input
        ref={input}
        class="input"
        aria-label={t("compose.link_address")}
        aria-invalid={bad.value ? "true" : undefined}
        placeholder="https://"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          bad.value = false;
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            event.stopPropagation();
            done();
          } else if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            onCancel();
          }
        }}
      />
      <Button small onClick={done}>
        {t("compose.link_apply")}
      </Button>
      {href ? (
        <Button small kind="quiet" icon="unlink" onClick={() => onDone(null)}>
          {t("compose.link_remove")}
        </Button>
      ) : (
        <Button small kind="quiet" onClick={onCancel}>
          {t("action.cancel")}
        </Button>
      )}
      {bad.value ? (
        <p class="help error" role="alert">
          {t("compose.link_bad")}
        </p>
      ) : null}
    </div>
  );
}
