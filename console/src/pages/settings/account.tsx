// Settings → Account: its name, zone, language, and the address under which people reach this server.
import type { JSX } from "preact";
import { api } from "../../http.ts";
import { LANGUAGE_NAMES, LANGUAGES, t } from "../../i18n/index.ts";
import { useKept } from "../../kept.ts";
import { useResource } from "../../resource.ts";
import { refreshSession } from "../../session.ts";
import { useTitle } from "../../title.ts";
import type { Account, Language } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { sends } from "../../ui/keys.ts";
import { Alert, Failure, SkeletonRows, wording } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { ZoneField } from "../../ui/zone-field.tsx";
import { useForm } from "../form.ts";
import { SettingsHead } from "./settings-head.tsx";

function AccountForm({ account, saved }: { account: Account; saved: (next: Account) => void }): JSX.Element {
  const { values, changed, forget } = useKept("account", account);
  const form = useForm(["name", "zone", "language", "public_url"]);
  const set = (part: Partial<Account>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function save(): Promise<void> {
    const { name, zone, language, public_url } = values.value;
    const body = { name, zone, language, public_url: public_url?.trim() || null };
    await form.run(async () => {
      saved(await api.patch<Account>("/v1/account", body));
      forget();
      await refreshSession();
      say(t("form.saved"));
    });
  }
  return (
    <form
      class="card narrow-form"
      noValidate
      onKeyDown={(event) => sends(event) && void save()}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
      <TextField label={t("account.name")} error={form.error("name")} value={values.value.name} onValue={(name) => set({ name })} />
      <TextField label={t("account.code")} help={t("account.code_help")} readOnly value={account.code} onValue={() => {}} />
      <SelectField<Language>
        label={t("profile.language")}
        help={t("account.language_help")}
        value={values.value.language}
        error={form.error("language")}
        options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
        onValue={(language) => set({ language })}
      />
      <ZoneField label={t("profile.zone")} value={values.value.zone} error={form.error("zone")} onValue={(zone) => set({ zone: zone ?? "" })} />
      <TextField
        label={t("account.public_url")}
        help={t("account.public_url_help")}
        placeholder={location.origin}
        inputMode="url"
        error={form.error("public_url")}
        value={values.value.public_url ?? ""}
        onValue={(public_url) => set({ public_url })}
      />
      <div class="form-foot">
        <Button type="submit" kind="primary" disabled={!changed} busy={form.busy}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}

export function AccountPage(): JSX.Element {
  useTitle(t("nav.account"));
  const account = useResource("account", () => api.get<Account>("/v1/account"));
  const data = account.data.value;
  return (
    <section>
      <SettingsHead title={t("nav.account")} intro={t("account.intro")} />
      {data ? (
        <AccountForm key={JSON.stringify(data)} account={data} saved={(next) => (account.data.value = next)} />
      ) : account.problem.value ? (
        <Failure problem={account.problem.value} retry={() => void account.reload()} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </section>
  );
}
