// The face of letters: colour, logo, footer. The preview beside it follows what is typed.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { useKept } from "../../../kept.ts";
import { t } from "../../../i18n/index.ts";
import type { Branding } from "../../../wire-mail.ts";
import { Button } from "../../../ui/button.tsx";
import { Field, FieldHelp } from "../../../ui/field.tsx";
import { Alert, wording } from "../../../ui/states.tsx";
import { useForm, within } from "../../form.ts";
import { LetterPreview } from "./preview.tsx";

const LARGEST_LOGO = 64 * 1024;

function readLogo(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function LogoField({ logo, error, onValue }: { logo: string | null; error: string | undefined; onValue: (logo: string | null) => void }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const tooLarge = useSignal(false);
  async function choose(file: File | undefined): Promise<void> {
    if (!file) return;
    tooLarge.value = file.size > LARGEST_LOGO;
    if (!tooLarge.value) onValue(await readLogo(file));
    if (input.current) input.current.value = "";
  }
  return (
    <div class="field">
      <span class="field-label" id="logo-label">
        {t("email.logo")}
      </span>
      <div class="logo-row">
        {logo ? <img class="logo-shown" src={logo} alt={t("email.logo_alt")} /> : null}
        <input ref={input} id="logo-file" class="visually-hidden" type="file" accept="image/png,image/jpeg,image/gif" aria-labelledby="logo-label" tabIndex={-1} onChange={(event) => void choose(event.currentTarget.files?.[0])} />
        <Button icon="plus" onClick={() => input.current?.click()}>
          {t(logo ? "email.logo_replace" : "email.logo_choose")}
        </Button>
        {logo ? (
          <Button kind="quiet" onClick={() => onValue(null)}>
            {t("email.logo_remove")}
          </Button>
        ) : null}
      </div>
      <FieldHelp id="logo-help" error={tooLarge.value ? t("email.logo_too_large") : error}>
        {t("email.logo_help")}
      </FieldHelp>
    </div>
  );
}

export function BrandingCard({ branding, save }: { branding: Branding; save: (branding: Branding) => Promise<unknown> }): JSX.Element {
  const { values, changed, forget } = useKept("branding", branding);
  const form = useForm(["colour", "logo", "footer"]);
  const set = (part: Partial<Branding>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function send(): Promise<void> {
    if (await form.run(() => within("branding", () => save(values.value)))) forget();
  }
  const { colour, logo, footer } = values.value;
  return (
    <div class="branding-layout">
      <form
        class="card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h2>{t("email.branding")}</h2>
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        <Field label={t("email.colour")} help={t("email.colour_help")} error={form.error("colour")}>
          {(attributes) => (
            <span class="colour-row">
              <input type="color" class="colour-well" aria-label={t("email.colour_well")} value={/^#[0-9a-f]{6}$/i.test(colour) ? colour : "#000000"} onInput={(event) => set({ colour: event.currentTarget.value })} />
              <input class="input" {...attributes} spellcheck={false} maxLength={7} value={colour} onInput={(event) => set({ colour: event.currentTarget.value })} />
            </span>
          )}
        </Field>
        <LogoField logo={logo} error={form.error("logo")} onValue={(next) => set({ logo: next })} />
        <Field label={t("email.footer")} note={t("form.optional")} help={t("email.footer_help")} error={form.error("footer")}>
          {(attributes) => <textarea class="input area" {...attributes} rows={3} maxLength={1000} value={footer} onInput={(event) => set({ footer: event.currentTarget.value })} />}
        </Field>
        <div class="form-foot">
          <Button type="submit" kind="primary" disabled={!changed} busy={form.busy}>
            {t("action.save")}
          </Button>
        </div>
      </form>
      <LetterPreview branding={values.value} />
    </div>
  );
}
