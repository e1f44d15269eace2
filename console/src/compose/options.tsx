// How it is shown and when: severity, link, whether it stays, and the two times, typed in the user's own zone.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { instantToLocal, now, zoneName } from "../format.ts";
import { language, t } from "../i18n/index.ts";
import { zone } from "../session.ts";
import { Check, TextField } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { SEVERITIES, severityIcon, severityName } from "../ui/kind.tsx";
import type { PartProps } from "./audience.tsx";

export function SeverityChoice({ draft, change }: PartProps): JSX.Element {
  return (
    <fieldset class="field">
      <legend>{t("compose.severity")}</legend>
      <div class="segments">
        {SEVERITIES.map((severity) => (
          <label key={severity} class={`segment tone-${severity}`}>
            <input type="radio" name="severity" value={severity} checked={draft.severity === severity} onChange={() => change({ severity })} />
            <Icon name={severityIcon(severity)} size={15} />
            <span>{severityName(severity)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function MoreOptions({ draft, change, errorOf }: PartProps): JSX.Element {
  const used = draft.link !== "" || draft.sticky || draft.expires !== "" || draft.sendAt !== "";
  const open = useSignal(used);
  const failing = ["link", "expires_at", "send_at"].some((field) => errorOf(field));
  const earliest = instantToLocal(now.value, zone.value);
  const zoneText = `${zone.value.replace(/_/g, " ")}, ${zoneName(zone.value, language.value, now.value)}`;
  return (
    <details class="more" open={open.value || failing} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>
        <Icon name="right" size={14} />
        <span>{t("compose.more")}</span>
      </summary>
      <div class="more-body">
        <Check
          label={t("compose.sticky")}
          help={t("compose.sticky_help")}
          checked={draft.sticky}
          onValue={(sticky) => change({ sticky })}
        />
        <TextField
          label={t("compose.link")}
          note={t("form.optional")}
          help={t("compose.link_help")}
          error={errorOf("link")}
          inputMode="url"
          placeholder="https://"
          value={draft.link}
          onValue={(link) => change({ link })}
        />
        <div class="pair">
          <TextField
            label={t("compose.send_at")}
            note={t("form.optional")}
            help={zoneText}
            error={errorOf("send_at")}
            type="datetime-local"
            min={earliest}
            value={draft.sendAt}
            onValue={(sendAt) => change({ sendAt })}
          />
          <TextField
            label={t("compose.expires")}
            note={t("form.optional")}
            help={t("compose.expires_help")}
            error={errorOf("expires_at")}
            type="datetime-local"
            min={draft.sendAt || earliest}
            value={draft.expires}
            onValue={(expires) => change({ expires })}
          />
        </div>
      </div>
    </details>
  );
}
