// Settings → Preferences: what reaches those who have not chosen themselves, and the cells in which nobody may choose.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { useTitle } from "../../title.ts";
import { PreferencesForm } from "../preferences/form.tsx";
import { SettingsHead } from "./settings-head.tsx";

export function DefaultPreferencesPage(): JSX.Element {
  useTitle(t("nav.preferences"));
  return (
    <section>
      <SettingsHead title={t("nav.preferences")} intro={t("prefs.defaults_intro")} />
      <PreferencesForm path="/v1/account/preferences" locks />
    </section>
  );
}
