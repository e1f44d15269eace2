// What a kind and a severity look like: one icon per kind, one colour per severity, and a word for each.
import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import type { Item, Kind, Severity } from "../wire.ts";
import { Icon, type IconName } from "./icon.tsx";

export const KINDS: readonly Kind[] = ["one_time", "system", "task", "custom", "announcement"];
export const SEVERITIES: readonly Severity[] = ["info", "success", "warning", "error"];

export function kindIcon(item: Pick<Item, "kind" | "record">): IconName {
  if (item.kind === "task") return "alarm";
  if (item.kind === "one_time") return "megaphone";
  if (item.kind === "custom") return "zap";
  if (item.kind === "announcement") return "spark";
  return item.record?.type === "customer" ? "user" : "bag";
}

export function kindName(kind: Kind): string {
  return t(`kind.${kind}`);
}

export function severityName(severity: Severity): string {
  return t(`severity.${severity}`);
}

/** A one-time notification that is plain information wears brass, Bellwire's own colour. */
export function tone(item: Pick<Item, "kind" | "severity">): string {
  if (item.severity === "info" && item.kind === "one_time") return "tone-brass";
  return `tone-${item.severity}`;
}

export function KindTile({ item }: { item: Pick<Item, "kind" | "severity" | "record"> }): JSX.Element {
  return (
    <span class={`kind-tile ${tone(item)}`} title={kindName(item.kind)}>
      <Icon name={kindIcon(item)} />
      <span class="visually-hidden">{kindName(item.kind)}</span>
    </span>
  );
}

export function severityIcon(severity: Severity): IconName {
  return severity === "error" ? "alert" : severity;
}
