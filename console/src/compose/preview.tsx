// The popup as it will look, drawn live from the draft by the same renderer that draws the real one.
import type { JSX } from "preact";
import { fullTime, localToInstant } from "../format.ts";
import { language, t } from "../i18n/index.ts";
import { RichText } from "../rich-text.tsx";
import { session, zone } from "../session.ts";
import type { Kind } from "../wire.ts";
import { Icon } from "../ui/icon.tsx";
import { kindIcon, tone } from "../ui/kind.tsx";
import { escapeTitle, type Draft } from "./draft.ts";

export interface PopupViewProps {
  title: string;
  body: string;
  severity: Draft["severity"];
  line: string;
  kind?: Kind;
  /** The labels of its buttons. */
  actions?: readonly string[];
}

/** A popup at rest: also shown in the sender's view, and beside a template. */
export function PopupView({ title, body, severity, line, kind = "one_time", actions = [] }: PopupViewProps): JSX.Element {
  const look = { kind, severity, record: null } as const;
  return (
    <div class={`popup-view ${tone(look)}`}>
      <span class="kind-tile large">
        <Icon name={kindIcon(look)} />
      </span>
      <div class="popup-view-text">
        {title ? <RichText class="popup-view-title" html={title} /> : null}
        <RichText class={title ? "popup-view-body" : "popup-view-body alone"} html={body} />
        {line ? <small>{line}</small> : null}
        {actions.length ? (
          <span class="popup-view-actions">
            {actions.map((label, index) => (
              <span key={index} class={index === 0 ? "button primary small" : "button small"}>
                {label}
              </span>
            ))}
          </span>
        ) : null}
      </div>
      <span class="popup-view-close">
        <Icon name="close" />
      </span>
    </div>
  );
}

export function Preview({ draft, groupNames }: { draft: Draft; groupNames: string[] }): JSX.Element {
  const audience = [...groupNames, ...draft.users.map((user) => user.name)];
  const line = [session.value?.user.name ?? "", audience.join(", ")].filter(Boolean).join(" · ");
  const sendAt = draft.sendAt ? localToInstant(draft.sendAt, zone.value) : null;
  const expires = draft.expires ? localToInstant(draft.expires, zone.value) : null;
  return (
    <section class="preview" aria-label={t("compose.preview")}>
      <div class="preview-inner">
        <h3>{t("compose.preview")}</h3>
        <div class="preview-stage">
          <PopupView
            title={escapeTitle(draft.title.trim())}
            body={draft.body || escapeTitle(t("compose.preview_empty"))}
            severity={draft.severity}
            line={line}
          />
        </div>
        <ul class="preview-facts">
          <li>
            <Icon name="send" size={14} />
            {sendAt ? t("compose.goes_at", { time: fullTime(sendAt, language.value, zone.value) }) : t("compose.goes_now")}
          </li>
          <li>
            <Icon name="clock" size={14} />
            {draft.sticky ? t("compose.stays") : t("compose.leaves")}
          </li>
          {expires ? (
            <li>
              <Icon name="calendar" size={14} />
              {t("compose.expires_at", { time: fullTime(expires, language.value, zone.value) })}
            </li>
          ) : null}
        </ul>
      </div>
    </section>
  );
}
