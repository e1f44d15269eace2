// The notification as it will be: the popup, the letter, who gets it and why, drawn anew a moment after the last key.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal, type Signal } from "@preact/signals";
import { PopupView } from "../../../compose/preview.tsx";
import { api, isProblem } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import type { TemplateDraft, TemplatePreview } from "../../../wire-rules.ts";
import { Avatar } from "../../../ui/avatar.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { LetterTabs } from "../../../ui/letter-tabs.tsx";
import { wording } from "../../../ui/states.tsx";
import { sentOf } from "./draft.ts";
import { SampleChoice, useNewest, type SampleRecord } from "./sample-record.tsx";
import "../../../styles/mail.css";

const PAUSE_MS = 300;

export interface PreviewState {
  answer: Signal<TemplatePreview | null>;
  failed: Signal<string | null>;
  record: Signal<SampleRecord | null>;
}

/** Asks the server what becomes of the draft; the last answer stands until the next. */
export function usePreview(draft: TemplateDraft): PreviewState {
  const answer = useSignal<TemplatePreview | null>(null);
  const failed = useSignal<string | null>(null);
  const record = useSignal<SampleRecord | null>(null);
  useNewest(draft.event, record);
  const chosen = record.value;
  const asked = JSON.stringify({ template: sentOf(draft), record: chosen && { type: chosen.type, id: chosen.id } });
  useEffect(() => {
    let isOver = false;
    const wait = setTimeout(() => {
      api
        .post<TemplatePreview>("/v1/templates/preview", JSON.parse(asked))
        .then((made) => {
          if (isOver) return;
          answer.value = made;
          failed.value = null;
        })
        .catch((error: unknown) => {
          if (!isProblem(error)) throw error;
          if (!isOver) failed.value = error.errors[0]?.message ?? wording(error);
        });
    }, answer.peek() ? PAUSE_MS : 0);
    return () => {
      isOver = true;
      clearTimeout(wait);
    };
  }, [asked]);
  return { answer, failed, record };
}

function Recipients({ list }: { list: TemplatePreview["recipients"] }): JSX.Element {
  return (
    <section class="preview-people">
      <h3>{t("templates.would_get", { n: list.length })}</h3>
      {list.length ? (
        <ul>
          {list.map(({ user, why }) => (
            <li key={user.id}>
              <Avatar name={user.name} />
              <span class="clip" dir="auto">
                {user.name}
              </span>
              <small class="faint">{why}</small>
            </li>
          ))}
        </ul>
      ) : (
        <p class="help">{t("templates.nobody_gets")}</p>
      )}
    </section>
  );
}

export function TemplatePreviewPanel({ draft, state }: { draft: TemplateDraft; state: PreviewState }): JSX.Element {
  const answer = state.answer.value;
  const channels = draft.channels;
  return (
    <section class="rule-preview" aria-labelledby="template-preview">
      <h2 id="template-preview">{t("compose.preview")}</h2>
      <SampleChoice event={draft.event} chosen={state.record} />
      {state.failed.value ? (
        <p class="help error">
          <Icon name="alert" size={14} />
          <span>{state.failed.value}</span>
        </p>
      ) : null}
      {answer ? (
        <>
          {channels.includes("popup") ? (
            <PopupView kind="custom" title={answer.title} body={answer.body || t("compose.preview_empty")} severity={draft.severity} line={state.record.value?.title ?? ""} actions={draft.actions.map(({ label }) => label).filter(Boolean)} />
          ) : (
            <p class="help">{t("templates.no_popup")}</p>
          )}
          <Recipients list={answer.recipients} />
          {answer.email ? (
            <section class="preview-letter">
              <h3>{t("templates.the_letter")}</h3>
              <LetterTabs letter={answer.email} />
            </section>
          ) : channels.includes("email") ? (
            <p class="help">{t("templates.same_letter")}</p>
          ) : null}
        </>
      ) : null}
    </section>
  );
}
