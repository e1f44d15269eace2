// A conversation with a relay, line by line: what we said, what it answered. Text from outside, shown as text.
import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import type { Line } from "../wire-mail.ts";

export function Dialogue({ lines }: { lines: readonly Line[] }): JSX.Element {
  if (lines.length === 0) return <p class="faint dialogue-none">{t("mail.no_dialogue")}</p>;
  return (
    <ol class="dialogue" aria-label={t("mail.dialogue")} tabIndex={0}>
      {lines.map((line, index) => (
        <li key={index} class={line.dir === "c" ? "ours" : "theirs"}>
          <span class="visually-hidden">{t(line.dir === "c" ? "mail.we_said" : "mail.relay_said")} </span>
          <span aria-hidden="true">{line.dir === "c" ? "→" : "←"}</span>
          <code>{line.line}</code>
        </li>
      ))}
    </ol>
  );
}
