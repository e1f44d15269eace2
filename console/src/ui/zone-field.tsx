// A time zone by typing part of its name. The names come from the server, because it must know the zone that is chosen.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { now, timeOfDay, zoneName } from "../format.ts";
import { api } from "../http.ts";
import { language, t } from "../i18n/index.ts";
import { useResource } from "../resource.ts";
import { Combobox } from "./combobox.tsx";
import { Field } from "./field.tsx";

const MOST = 40;

export interface ZoneFieldProps {
  label: string;
  value: string | null;
  onValue: (zone: string | null) => void;
  error?: string | undefined;
  /** What an empty field means, where it may be empty. */
  fallback?: string;
}

function fallbackZones(): string[] {
  return Intl.supportedValuesOf?.("timeZone") ?? [];
}

function matching(zones: string[], text: string): string[] {
  const words = text.toLowerCase().replace(/[\s_/]+/g, " ").trim().split(" ");
  const fits = (zone: string) => {
    const plain = zone.toLowerCase().replace(/[_/]+/g, " ");
    return words.every((word) => plain.includes(word));
  };
  return zones.filter(fits).slice(0, MOST);
}

export function ZoneField({ label, value, onValue, error, fallback }: ZoneFieldProps): JSX.Element {
  const zones = useResource("zones", () => api.get<{ zones: string[] }>("/v1/zones", { anonymous: true }));
  const all = zones.data.value?.zones ?? fallbackZones();
  const typed = useSignal<string | null>(null);
  const text = typed.value ?? (value ?? "").replace(/_/g, " ");
  const options = matching(all, typed.value ?? "").map((zone) => ({
    value: zone,
    face: (
      <span class="zone-option">
        <span>{zone.replace(/_/g, " ")}</span>
        <small>{zoneName(zone, language.value, now.value)}</small>
      </span>
    ),
  }));
  const present = value ? t("profile.zone_now", { time: timeOfDay(new Date(now.value).toISOString(), language.value, value) }) : "";
  return (
    <Field label={label} help={present} error={error}>
      {(attributes) => (
        <Combobox
          id={attributes.id}
          describedBy={attributes["aria-describedby"]}
          invalid={attributes["aria-invalid"] === "true"}
          text={text}
          {...(fallback ? { placeholder: fallback } : {})}
          options={options}
          nothing={t("profile.zone_none")}
          onText={(next) => {
            typed.value = next;
            if (next.trim() === "" && fallback !== undefined) onValue(null);
          }}
          onChoose={(zone) => {
            typed.value = null;
            onValue(zone);
          }}
          onLeave={() => {
            const exact = all.find((zone) => zone.toLowerCase().replace(/_/g, " ") === typed.value?.trim().toLowerCase());
            if (exact) onValue(exact);
            typed.value = null;
          }}
        />
      )}
    </Field>
  );
}
