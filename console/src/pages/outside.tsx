// The frame of pages without a session: logo, one card, and the language, which nobody has chosen yet.
import type { ComponentChildren, JSX } from "preact";
import { language, LANGUAGE_NAMES, LANGUAGES, setLanguage, t } from "../i18n/index.ts";
import { Icon } from "../ui/icon.tsx";
import type { Language } from "../wire.ts";

export function OutsideFrame({ title, intro, children, wide }: { title: string; intro?: ComponentChildren; children: ComponentChildren; wide?: boolean }): JSX.Element {
  return (
    <div class="outside">
      <main class={wide ? "outside-main wide" : "outside-main"}>
        <div class="outside-logo">
          <Icon name="bell" size={26} />
          <span>Bellwire</span>
        </div>
        <h1>{title}</h1>
        {intro ? <p class="outside-intro">{intro}</p> : null}
        {children}
      </main>
      <footer class="outside-foot">
        <label class="language-choice">
          <Icon name="languages" size={15} />
          <span class="visually-hidden">{t("profile.language")}</span>
          <select value={language.value} onChange={(event) => void setLanguage(event.currentTarget.value as Language)}>
            {LANGUAGES.map((name) => (
              <option key={name} value={name} selected={name === language.value}>
                {LANGUAGE_NAMES[name]}
              </option>
            ))}
          </select>
        </label>
      </footer>
    </div>
  );
}
