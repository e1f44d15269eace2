// What everybody sets for himself: name, language, zone, theme, password.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../http.ts";
import { t } from "../i18n/index.ts";
import { inbox } from "../live.tsx";
import { useResource } from "../resource.ts";
import { refreshSession, signOut } from "../session.ts";
import { setTheme, theme, THEMES, type Theme } from "../theme.ts";
import { useTitle } from "../title.ts";
import type { Profile } from "../wire.ts";
import { Button } from "../ui/button.tsx";
import { Check, TextField } from "../ui/field.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { sends } from "../ui/keys.ts";
import { Alert, Failure, SkeletonRows, wording } from "../ui/states.tsx";
import { attempt, say } from "../ui/toast.tsx";
import { ZoneField } from "../ui/zone-field.tsx";
import { useKept } from "../kept.ts";
import { useForm } from "./form.ts";
import { PreferencesForm } from "./preferences/form.tsx";
import { LanguageField } from "./settings/user-fields.tsx";

function ProfileForm({ profile, saved }: { profile: Profile; saved: (next: Profile) => void }): JSX.Element {
  const { values, changed, forget } = useKept("profile", profile);
  const form = useForm(["name", "language", "zone"]);
  const set = (part: Partial<Profile>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function save(): Promise<void> {
    const { name, language, zone } = values.value;
    await form.run(async () => {
      const next = await api.patch<Profile>("/v1/profile", { name, language, zone });
      await refreshSession();
      forget();
      saved(next);
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
      <h2>{t("profile.you")}</h2>
      {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
      <TextField label={t("field.name")} autocomplete="name" error={form.error("name")} value={values.value.name} onValue={(name) => set({ name })} />
      <TextField label={t("field.email")} readOnly type="email" help={t("profile.email_help")} value={profile.email} onValue={() => {}} />
      <div class="pair">
        <LanguageField value={values.value.language} error={form.error("language")} onValue={(language) => set({ language })} />
        <ZoneField label={t("profile.zone")} value={values.value.zone} fallback={t("profile.as_account")} error={form.error("zone")} onValue={(zone) => set({ zone })} />
      </div>
      <div class="form-foot">
        <Button type="submit" kind="primary" disabled={!changed} busy={form.busy}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}

const THEME_ICONS: Record<Theme, IconName> = { system: "monitor", light: "sun", dark: "moon" };

function ThemeCard(): JSX.Element {
  return (
    <fieldset class="card narrow-form field">
      <legend class="visually-hidden">{t("profile.theme")}</legend>
      <h2 aria-hidden="true">{t("profile.theme")}</h2>
      <div class="segments">
        {THEMES.map((name) => (
          <label key={name} class="segment">
            <input type="radio" name="theme" value={name} checked={theme.value === name} onChange={() => setTheme(name)} />
            <Icon name={THEME_ICONS[name]} size={15} />
            <span>{t(`theme.${name}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function SoundCard(): JSX.Element {
  const isOn = useSignal(inbox().sound);
  return (
    <section class="card narrow-form">
      <h2>{t("profile.sound")}</h2>
      <Check
        label={t("profile.sound_on")}
        help={t("profile.sound_help")}
        checked={isOn.value}
        onValue={(on) => (isOn.value = inbox().sound = on)}
      />
    </section>
  );
}

function PasswordCard(): JSX.Element {
  const current = useSignal("");
  const next = useSignal("");
  const form = useForm(["current", "new"]);
  async function change(): Promise<void> {
    const done = await form.run(() => api.post("/v1/profile/password", { current: current.value, new: next.value }));
    if (!done) return;
    current.value = "";
    next.value = "";
    say(t("profile.password_changed"));
  }
  return (
    <form
      class="card narrow-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}
    >
      <h2>{t("field.password")}</h2>
      {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
      <div class="pair">
        <TextField
          label={t("profile.current_password")}
          type="password"
          autocomplete="current-password"
          error={form.error("current")}
          value={current.value}
          onValue={(value) => ((current.value = value), form.clear())}
        />
        <TextField
          label={t("field.new_password")}
          type="password"
          autocomplete="new-password"
          help={t("field.password_help")}
          error={form.error("new")}
          value={next.value}
          onValue={(value) => ((next.value = value), form.clear())}
        />
      </div>
      <p class="help">{t("profile.password_note")}</p>
      <div class="form-foot">
        <Button type="submit" busy={form.busy} disabled={!current.value || !next.value}>
          {t("profile.change_password")}
        </Button>
      </div>
    </form>
  );
}

function SessionsCard(): JSX.Element {
  async function everywhere(): Promise<void> {
    if (await attempt(() => signOut(true))) say(t("user_menu.signed_out_everywhere"));
  }
  return (
    <section class="card narrow-form">
      <h2>{t("profile.sessions")}</h2>
      <p class="prose">{t("profile.sessions_text")}</p>
      <div class="form-foot">
        <Button icon="globe" onClick={() => void everywhere()}>
          {t("user_menu.sign_out_everywhere")}
        </Button>
      </div>
    </section>
  );
}

export function ProfilePage(): JSX.Element {
  useTitle(t("nav.profile"));
  const profile = useResource("profile", () => api.get<Profile>("/v1/profile"));
  const data = profile.data.value;
  return (
    <section>
      <div class="page-head">
        <h1>{t("nav.profile")}</h1>
      </div>
      {data ? (
        <div class="stack">
          <ProfileForm key={JSON.stringify(data)} profile={data} saved={(next) => (profile.data.value = next)} />
          <PreferencesForm path="/v1/preferences" title={t("prefs.title")} />
          <ThemeCard />
          <SoundCard />
          <PasswordCard />
          <SessionsCard />
        </div>
      ) : profile.problem.value ? (
        <Failure problem={profile.problem.value} retry={() => void profile.reload()} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </section>
  );
}
