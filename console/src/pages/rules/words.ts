// What the events, actions and recipients of rules are called, and the one-line summaries of them. Wording only.
import { t } from "../../i18n/index.ts";
import type { Action, EventType, Recipient, TemplateEvent, Trigger, TriggerEvent } from "../../wire-rules.ts";
import type { IconName } from "../../ui/icon.tsx";
import { inUnit, unitOf } from "./span.ts";

export function templateEventName(event: TemplateEvent): string {
  return t(`templates.event_${event}`);
}

export function eventTypeName(type: EventType): string {
  return t(`triggers.event_${type}`);
}

export function spanText(seconds: number): string {
  const unit = unitOf(seconds);
  return t(`rules.span_${unit}`, { n: inUnit(seconds, unit) });
}

export function eventName(event: TriggerEvent): string {
  if (event.type === "custom") return event.name ? t("triggers.event_custom_name", { name: event.name }) : eventTypeName("custom");
  return eventTypeName(event.type);
}

const ICONS: Record<EventType, IconName> = {
  order_changed: "bag", customer_changed: "user", task_created: "alarm", task_due: "alarm", task_overdue: "alarm", task_done: "check", call_missed: "bellRing", call_received: "bellRing",
  custom: "zap", schedule: "clock", after_trigger: "to",
};

export function eventIcon(type: EventType): IconName {
  return ICONS[type];
}

/** The event whose templates, and whose variables, a trigger may use. A trigger after another has the objects of that one. */
export function templateEventOf(event: TriggerEvent, others: readonly Trigger[] = [], depth = 0): TemplateEvent {
  switch (event.type) {
    case "order_changed":
      return "order";
    case "customer_changed":
      return "customer";
    case "task_created":
    case "task_due":
    case "task_overdue":
    case "task_done":
      return "task";
    case "call_missed":
    case "call_received":
      return "call";
    case "custom":
      return "custom";
    case "schedule":
      return event.over ?? "schedule";
    case "after_trigger": {
      const base = others.find(({ id }) => id === event.trigger);
      return base && depth < 8 ? templateEventOf(base.event, others, depth + 1) : "order";
    }
  }
}

export function fits(template: TemplateEvent, event: TemplateEvent): boolean {
  return template === "any" || template === event;
}

export function actionName(type: Action["type"]): string {
  return t(`triggers.action_${type}`);
}

const ACTION_ICONS: Record<Action["type"], IconName> = { notify: "bellRing", email: "mail", create_task: "alarmPlus", change_field: "pencil", change_manager: "users", http: "globe" };

export function actionIcon(type: Action["type"]): IconName {
  return ACTION_ICONS[type];
}

export interface Names {
  people: ReadonlyMap<string, string>;
  groups: ReadonlyMap<string, string>;
  fields: ReadonlyMap<string, string>;
}

export function recipientText(recipient: Recipient, names: Names): string {
  switch (recipient.type) {
    case "head":
      return t(`templates.to_head_${recipient.of}`);
    case "group":
      return t("templates.to_group_name", { name: names.groups.get(recipient.code) ?? recipient.code });
    case "user":
      return names.people.get(recipient.id) ?? recipient.id;
    case "field":
      return t("templates.to_field_name", { name: names.fields.get(recipient.path) ?? recipient.path });
    default:
      return t(`templates.to_${recipient.type}`);
  }
}
