// The first run: whoever has the link that the server printed becomes the first administrator and names the account.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api } from "../http.ts";
import { language, LANGUAGE_NAMES, LANGUAGES, setLanguage, t } from "../i18n/index.ts";
import { go } from "../router.ts";
import { enter, status } from "../session.ts";
import { useTitle } from "../title.ts";
import type { Language, Session } from "../wire.ts";
import { Button } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/field.tsx";
import { Alert, wording } from "../ui/states.tsx";
import { ZoneField } from "../ui/zone-field.tsx";
import { useForm } from "./form.ts";
import { takeToken } from "./one-time-link.ts";
import { OutsideFrame } from "./outside.tsx";

/** Shown to anybody who comes before the first administrator, without the link. */
export function SetupNeeded(): JSX.Element {
  useTitle(t("setup.title"));
  return (
    <OutsideFrame title={t("setup.needed_title")}>
      <div class="card prose">
        <p>{t("setup.needed_text")}</p>
        <pre class="snippet">{"http://…/setup#…"}</pre>
        <p>{t("setup.needed_again")}</p>
      </div>
    </OutsideFrame>
  );
}

function AlreadyDone(): JSX.Element {
  return (
    <OutsideFrame title={t("setup.done_title")}>
      <div class="card">
        <p>{t("setup.done_text")}</p>
        <a class="button primary" href="/">
          <span>{t("sign_in.action")}</span>
        </a>
      </div>
    </OutsideFrame>
  );
}

const FIELDS = ["account_name", "name", "email", "password", "language", "zone"];

export function Setup(): JSX.Element {
  useTitle(t("setup.title"));
  const token = useMemo(takeToken, []);
  const form = useForm(FIELDS);
  const values = useSignal({
    account_name: "",
    name: "",
    email: "",
    password: "",
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  const set = (part: Partial<typeof values.value>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  if (status.value && !status.value.setup_required) return <AlreadyDone />;
  if (!token) return <SetupNeeded />;
  async function create(): Promise<void> {
    const done = await form.run(async () => {
      const body = { ...values.value, token, language: language.value };
      const session = await api.post<Session>("/v1/setup", body, { anonymous: true });
      if (status.value) status.value = { ...status.value, setup_required: false };
      await enter(session);
    });
    if (done) go("/notifications", { replace: true });
  }
  return (
    <OutsideFrame title={t("setup.title")} intro={t("setup.intro")}>
      <form
        class="card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        {form.problem ? <Alert>{form.problem.status === 404 ? t("setup.bad_link") : wording(form.problem)}</Alert> : null}
        <TextField label={t("account.name")} help={t("setup.account_help")} error={form.error("account_name")} value={values.value.account_name} onValue={(account_name) => set({ account_name })} />
        <TextField label={t("field.your_name")} autocomplete="name" error={form.error("name")} value={values.value.name} onValue={(name) => set({ name })} />
        <TextField label={t("field.email")} type="email" autocomplete="username" error={form.error("email")} value={values.value.email} onValue={(email) => set({ email })} />
        <TextField label={t("field.password")} type="password" autocomplete="new-password" help={t("field.password_help")} error={form.error("password")} value={values.value.password} onValue={(password) => set({ password })} />
        <SelectField<Language>
          label={t("profile.language")}
          value={language.value}
          options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          onValue={(value) => void setLanguage(value)}
        />
        <ZoneField label={t("profile.zone")} value={values.value.zone} error={form.error("zone")} onValue={(zone) => set({ zone: zone ?? "" })} />
        <Button type="submit" kind="primary" busy={form.busy} class="full">
          {t("setup.action")}
        </Button>
      </form>
    </OutsideFrame>
  );
}
