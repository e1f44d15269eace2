// How every letter looks with the branding that is being typed: kind, language, dark, narrow, and the text part.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, isProblem } from "../../../http.ts";
import { LANGUAGE_NAMES, LANGUAGES, language, t } from "../../../i18n/index.ts";
import type { Kind, Language } from "../../../wire.ts";
import type { Branding, Letter } from "../../../wire-mail.ts";
import { SelectField } from "../../../ui/field.tsx";
import { kindName, KINDS } from "../../../ui/kind.tsx";
import { LetterFrame } from "../../../ui/letter-frame.tsx";

const LETTERS: readonly (Kind | "digest")[] = [...KINDS, "digest"];
const LOOKS = ["light", "dark", "narrow", "text"] as const;
type Look = (typeof LOOKS)[number];
/** So long nothing is typed before the letter is made anew. */
const PAUSE_MS = 250;

function LetterView({ letter, look }: { letter: Letter; look: Look }): JSX.Element {
  if (look === "text") {
    return (
      <pre class="letter-text" tabIndex={0}>
        {letter.text}
      </pre>
    );
  }
  return <LetterFrame html={letter.html} title={letter.subject} scheme={look === "dark" ? "dark" : "light"} narrow={look === "narrow"} />;
}

export function LetterPreview({ branding }: { branding: Branding }): JSX.Element {
  const kind = useSignal<Kind | "digest">("system");
  const reader = useSignal<Language>(language.value);
  const look = useSignal<Look>("light");
  const letter = useSignal<Letter | null>(null);
  const asked = JSON.stringify({ kind: kind.value, language: reader.value, branding });
  useEffect(() => {
    const wait = setTimeout(() => {
      api
        .post<Letter>("/v1/letters/preview", JSON.parse(asked))
        .then((made) => (letter.value = made))
        .catch((error: unknown) => {
          // What is wrong with a half-typed colour the form says when it is saved; the last good letter stays.
          if (!isProblem(error)) throw error;
        });
    }, letter.peek() ? PAUSE_MS : 0);
    return () => clearTimeout(wait);
  }, [asked]);
  return (
    <section class="card letter-preview" aria-labelledby="email-preview">
      <h2 id="email-preview">{t("email.preview")}</h2>
      <div class="pair">
        <SelectField<Kind | "digest">
          label={t("email.preview_of")}
          value={kind.value}
          options={LETTERS.map((value) => ({ value, label: value === "digest" ? t("prefs.digest") : kindName(value) }))}
          onValue={(value) => (kind.value = value)}
        />
        <SelectField<Language>
          label={t("profile.language")}
          value={reader.value}
          options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          onValue={(value) => (reader.value = value)}
        />
      </div>
      <div class="tabs" role="group" aria-label={t("email.preview_look")}>
        {LOOKS.map((value) => (
          <button key={value} type="button" class="tab" aria-pressed={look.value === value ? "true" : "false"} onClick={() => (look.value = value)}>
            {t(`email.look_${value}`)}
          </button>
        ))}
      </div>
      {letter.value ? (
        <>
          <p class="letter-subject">
            <span class="faint">{t("mail.subject")}</span> <b dir="auto">{letter.value.subject}</b>
          </p>
          <LetterView letter={letter.value} look={look.value} />
        </>
      ) : null}
    </section>
  );
}
