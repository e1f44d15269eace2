// A trigger that is being written: its beginning, what of a trigger is sent, and what its versions are compared by. Pure but for
// the wording.
import { t } from "../../../i18n/index.ts";
import type { Action, Template, Trigger, TriggerDraft } from "../../../wire-rules.ts";
import { actionName, eventName, recipientText, spanText, type Names } from "../words.ts";

export const FIRST_ORDER = 990;

export function emptyTrigger(): TriggerDraft {
  return {
    code: "",
    name: "",
    active: true,
    ordering: FIRST_ORDER,
    event: { type: "order_changed" },
    filter: null,
    condition: null,
    actions: [],
    repeat: { once_per_record: false, at_most: null },
  };
}

export function draftOf(trigger: TriggerDraft): TriggerDraft {
  const { code, name, active, ordering, event, filter, condition, actions, repeat } = trigger;
  return { code, name, active, ordering, event, filter, condition, actions, repeat };
}

export function hrefOfTrigger(trigger: Pick<Trigger, "id">): string {
  return `/settings/triggers/${encodeURIComponent(trigger.id)}`;
}

export function pathOfTrigger(trigger: Pick<Trigger, "id">): string {
  return `/v1/triggers/${encodeURIComponent(trigger.id)}`;
}

function describeAction(action: Action, templates: ReadonlyMap<string, string>, names: Names): string {
  const later = action.delay_s ? ` (${t("triggers.after_span", { span: spanText(action.delay_s) })}${action.recheck ? `, ${t("triggers.recheck")}` : ""})` : "";
  return `${actionName(action.type)}${later}: ${whatOf(action, templates, names)}`;
}

function whatOf(action: Action, templates: ReadonlyMap<string, string>, names: Names): string {
  switch (action.type) {
    case "notify":
    case "email":
      return templates.get(action.template) ?? action.template;
    case "create_task":
      return [action.text, action.comment, action.due_in_s === null ? null : spanText(action.due_in_s), recipientText(action.performer, names)].filter(Boolean).join(" · ");
    case "change_field":
      return `${action.record}.${action.field} = ${action.value}`;
    case "change_manager":
      return action.user ? (names.people.get(action.user) ?? action.user) : t("records.nobody");
    case "http":
      return [`${action.method} ${action.url}`, ...action.params.map(({ name, value }) => `  ${name} = ${value}`)].join("\n");
  }
}

/** One line for each action. */
export function describeActions(actions: readonly Action[], templates: readonly Template[], names: Names): string {
  const known = new Map(templates.map(({ id, name }) => [id, name]));
  return actions.map((action) => describeAction(action, known, names)).join("\n");
}

export function describeTrigger(trigger: TriggerDraft, templates: readonly Template[], names: Names): [string, string][] {
  const { at_most } = trigger.repeat;
  return [
    [t("field.name"), trigger.name],
    [t("rules.state"), t(trigger.active ? "rules.on" : "rules.off")],
    [t("triggers.ordering"), String(trigger.ordering)],
    [t("triggers.event"), [eventName(trigger.event), ...(trigger.event.type === "schedule" ? [trigger.event.cron] : [])].join("\n")],
    [t("triggers.filter"), trigger.filter ?? ""],
    [t("triggers.condition"), trigger.condition ?? ""],
    [t("triggers.actions"), describeActions(trigger.actions, templates, names)],
    [t("triggers.repeat"), [...(trigger.repeat.once_per_record ? [t("triggers.once")] : []), ...(at_most ? [t(`triggers.at_most_${at_most.per}`, { n: at_most.times })] : [])].join("\n")],
  ];
}
