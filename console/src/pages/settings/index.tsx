// The list of settings pages, for narrow screens whose bottom bar has room for one entry.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { isAdministrator } from "../../session.ts";
import { RULES, SETTINGS } from "../../shell/nav.tsx";
import { useTitle } from "../../title.ts";
import { Icon } from "../../ui/icon.tsx";

export function SettingsIndex(): JSX.Element {
  useTitle(t("nav.settings"));
  const places = [...RULES, ...(isAdministrator.value ? SETTINGS : [])];
  return (
    <section>
      <div class="page-head">
        <h1>{t("nav.settings")}</h1>
      </div>
      <ul class="choice-list card flush">
        {places.map((place) => (
          <li key={place.href}>
            <a class="choice" href={place.href}>
              <Icon name={place.icon} />
              <span class="choice-text">{t(place.key)}</span>
              <Icon name="right" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
