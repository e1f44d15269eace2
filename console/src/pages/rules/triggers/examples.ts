// Triggers to start from, each with the template that it sends where it sends one. Both are only made when the trigger is
// saved. Wording and expressions; nothing is asked of the server here.
import { t } from "../../../i18n/index.ts";
import type { TemplateDraft, TriggerDraft } from "../../../wire-rules.ts";
import type { IconName } from "../../../ui/icon.tsx";
import { codeFrom } from "../../settings/code.ts";
import { emptyTemplate } from "../templates/draft.ts";
import { emptyTrigger } from "./draft.ts";

export const EXAMPLES = ["big_order", "stuck", "missed_call", "birthday"] as const;
export type Example = (typeof EXAMPLES)[number];

export const EXAMPLE_ICONS: Record<Example, IconName> = { big_order: "bag", stuck: "clock", missed_call: "bellRing", birthday: "spark" };

/** Stands for the template that comes with the example. */
export const ITS_TEMPLATE = "example";

/** A birthday belongs to marketing rules. */
export function hrefOfExample(example: Example): string {
  return example === "birthday" ? "/settings/marketing-rules/new?example=birthday" : `/settings/triggers/new?example=${example}`;
}

const TWO_DAYS = 2 * 86_400;

export interface Started {
  draft: TriggerDraft;
  template: TemplateDraft | null;
}

function notified(delay_s: number): TriggerDraft["actions"] {
  return [{ type: "notify", template: ITS_TEMPLATE, delay_s, recheck: true }];
}

/** `status`: the code of a status of this account, for the example of the stuck order. */
export function startOf(example: Exclude<Example, "birthday">, status: string): Started {
  const name = t(`examples.${example}`);
  const base = { ...emptyTrigger(), name, code: codeFrom(name) };
  if (example === "missed_call") {
    return {
      draft: {
        ...base,
        event: { type: "call_missed" },
        actions: [{ type: "create_task", text: t("examples.missed_call_task", { phone: "{{ call.phone }}" }), comment: null, due_in_s: 900, performer: { type: "manager" }, delay_s: 0, recheck: true }],
      },
      template: null,
    };
  }
  const about = { number: "{{ order.number }}", sum: "{{ order.total_sum }}", status: "{{ order.status.name }}" };
  const template: TemplateDraft = {
    ...emptyTemplate("order"),
    name,
    code: codeFrom(name),
    severity: example === "stuck" ? "warning" : "success",
    title: t(`examples.${example}_title`, about),
    body: t(`examples.${example}_body`, about),
  };
  const draft: TriggerDraft =
    example === "big_order"
      ? { ...base, filter: "order.total_sum > 1000", condition: "change_set.is_create()", actions: notified(0), repeat: { once_per_record: true, at_most: null } }
      : { ...base, filter: `order.status.code == "${status}"`, condition: 'change_set.has_changed("status")', actions: notified(TWO_DAYS) };
  return { draft, template };
}
