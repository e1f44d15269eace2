// Over which channels it goes, and the letter's own text where it is to say something else than the popup.
import type { JSX } from "preact";
import { t } from "../../../i18n/index.ts";
import { Check } from "../../../ui/field.tsx";
import { CodeField } from "../code-field.tsx";
import type { PartProps } from "./look.tsx";

/** As the server names the fields of the letter. */
const within = (part: "subject" | "body") => `email.${part}`;

const CHANNELS = ["popup", "email"] as const;

export function Channels({ draft, set, errorOf }: PartProps): JSX.Element {
  return (
    <div class="channel-choice" role="group" aria-label={t("templates.channels")}>
      {CHANNELS.map((channel) => (
        <Check
          key={channel}
          label={t(`templates.channel_${channel}`)}
          help={t(`templates.channel_${channel}_help`)}
          checked={draft.channels.includes(channel)}
          onValue={(on) => set({ channels: CHANNELS.filter((other) => (other === channel ? on : draft.channels.includes(other))) })}
        />
      ))}
      {errorOf("channels") ? <p class="help error">{errorOf("channels")}</p> : null}
    </div>
  );
}

export function OwnLetter({ draft, set, variables, problemsOf, errorOf }: PartProps): JSX.Element | null {
  if (!draft.channels.includes("email")) return null;
  const { email } = draft;
  return (
    <>
      <Check
        label={t("templates.own_letter")}
        help={t("templates.own_letter_help")}
        checked={email !== null}
        onValue={(on) => set({ email: on ? { subject: draft.title, body: draft.body } : null })}
      />
      {email ? (
        <>
          <CodeField
            single
            label={t("mail.subject")}
            variables={variables}
            problems={problemsOf(within("subject"))}
            error={errorOf(within("subject"))}
            value={email.subject}
            onValue={(subject) => set({ email: { ...email, subject } })}
          />
          <CodeField
            label={t("templates.email_body")}
            variables={variables}
            problems={problemsOf(within("body"))}
            error={errorOf(within("body"))}
            value={email.body}
            onValue={(body) => set({ email: { ...email, body } })}
          />
        </>
      ) : null}
    </>
  );
}
