// The head of a settings page: the way back on narrow screens, title, one line of explanation, the one main action.
import type { ComponentChildren, JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { Icon } from "../../ui/icon.tsx";

export function SettingsHead({ title, intro, action }: { title: string; intro: ComponentChildren; action?: ComponentChildren }): JSX.Element {
  return (
    <>
      <a class="back-link only-narrow" href="/settings">
        <Icon name="back" size={14} />
        <span>{t("nav.settings")}</span>
      </a>
      <div class="page-head">
        <h1>{title}</h1>
        <span class="spring" />
        {action}
      </div>
      <p class="page-intro">{intro}</p>
    </>
  );
}
