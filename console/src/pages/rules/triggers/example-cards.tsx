// The examples to start from, as cards.
import type { JSX } from "preact";
import { t } from "../../../i18n/index.ts";
import { Icon } from "../../../ui/icon.tsx";
import { EXAMPLE_ICONS, hrefOfExample, type Example } from "./examples.ts";

export function ExampleCards({ examples }: { examples: readonly Example[] }): JSX.Element {
  return (
    <section class="examples" aria-labelledby="examples">
      <h2 id="examples">{t("examples.title")}</h2>
      <ul>
        {examples.map((example) => (
          <li key={example}>
            <a class="example" href={hrefOfExample(example)}>
              <Icon name={EXAMPLE_ICONS[example]} />
              <b>{t(`examples.${example}`)}</b>
              <small>{t(`examples.${example}_text`)}</small>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
