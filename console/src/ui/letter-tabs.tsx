// A letter as its reader has it: subject, then its HTML or its text, as he likes.
import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import { t } from "../i18n/index.ts";
import type { Letter } from "../wire-mail.ts";
import { LetterFrame } from "./letter-frame.tsx";

export interface LetterTabsProps {
  letter: Letter;
  /** Further looks at it, by name. */
  more?: Record<string, ComponentChildren>;
}

export function LetterTabs({ letter, more = {} }: LetterTabsProps): JSX.Element {
  const look = useSignal("html");
  const tab = (value: string, label: string) => (
    <button key={value} type="button" class="tab" aria-pressed={look.value === value ? "true" : "false"} onClick={() => (look.value = value)}>
      {label}
    </button>
  );
  return (
    <>
      <p class="letter-subject">
        <span class="faint">{t("mail.subject")}</span> <b dir="auto">{letter.subject}</b>
      </p>
      <div class="tabs" role="group" aria-label={t("mail.look")}>
        {tab("html", t("mail.look_html"))}
        {tab("text", t("email.look_text"))}
        {Object.keys(more).map((name) => tab(name, name))}
      </div>
      {look.value === "html" ? <LetterFrame html={letter.html} title={letter.subject || t("mail.look_html")} /> : null}
      {look.value === "text" ? (
        <pre class="letter-text" tabIndex={0}>
          {letter.text}
        </pre>
      ) : null}
      {more[look.value] ?? null}
    </>
  );
}
