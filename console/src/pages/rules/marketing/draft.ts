// A marketing rule that is being written: its beginning, an example, what is sent, and which of its blocks are complete. Pure
// but for the wording.
import { t } from "../../../i18n/index.ts";
import type { MarketingDraft, MarketingRule, Mechanic, MechanicType, Segment, Template, TemplateDraft } from "../../../wire-rules.ts";
import type { IconName } from "../../../ui/icon.tsx";
import { codeFrom } from "../../settings/code.ts";
import { emptyTemplate } from "../templates/draft.ts";
import { describeActions } from "../triggers/draft.ts";
import { ITS_TEMPLATE } from "../triggers/examples.ts";
import type { Names } from "../words.ts";

export function emptyMechanic(type: MechanicType): Mechanic {
  switch (type) {
    case "since_last_order":
      return { type, days: 30 };
    case "personal_date":
      return { type, field: "birthday", days_before: 3 };
    case "repeat_purchase":
      return { type, orders: 2 };
    case "abandoned_cart":
      return { type, event: "cart.left" };
    case "reactivation":
      return { type, days: 180 };
    case "segment_entered":
      return { type };
  }
}

export function emptyRule(): MarketingDraft {
  return {
    code: "",
    name: "",
    active: true,
    mechanic: emptyMechanic("since_last_order"),
    segments: [],
    frequency: { type: "once" },
    cap: null,
    window: null,
    timing: { when: "at_once", amount: 1, unit: "days" },
    retry_h: 24,
    actions: [],
  };
}

export function draftOf(rule: MarketingDraft): MarketingDraft {
  const { code, name, active, mechanic, segments, frequency, cap, window, timing, retry_h, actions } = rule;
  return { code, name, active, mechanic, segments, frequency, cap, window, timing, retry_h, actions };
}

/** Birthday in three days: the manager is told between nine and six, once a year. */
export function birthday(): { draft: MarketingDraft; template: TemplateDraft } {
  const name = t("examples.birthday");
  const template: TemplateDraft = {
    ...emptyTemplate("customer"),
    name,
    code: codeFrom(name),
    title: t("examples.birthday_title", { name: "{{ customer.first_name }}" }),
    body: t("examples.birthday_body", { name: "{{ customer.first_name }} {{ customer.last_name }}" }),
  };
  const draft: MarketingDraft = {
    ...emptyRule(),
    name,
    code: codeFrom(name),
    mechanic: emptyMechanic("personal_date"),
    frequency: { type: "times", times: 1, per: "year" },
    window: { from: "09:00", to: "18:00" },
    actions: [{ type: "notify", template: ITS_TEMPLATE, delay_s: 0, recheck: true }],
  };
  return { draft, template };
}

/** What the versions of a rule are compared by. */
export function describeRule(rule: MarketingDraft, segments: readonly Segment[], templates: readonly Template[], names: Names): [string, string][] {
  const known = new Map(segments.map(({ id, name }) => [id, name]));
  const { frequency, cap, window, timing } = rule;
  return [
    [t("field.name"), rule.name],
    [t("rules.state"), t(rule.active ? "rules.on" : "rules.off")],
    [t("marketing.block_mechanic"), [mechanicText(rule.mechanic), ...(rule.mechanic.type === "personal_date" ? [rule.mechanic.field] : [])].join("\n")],
    [t("marketing.block_segments"), rule.segments.map((id) => known.get(id) ?? id).join("\n")],
    [t("marketing.block_frequency"), [frequency.type === "times" ? `${frequency.times} / ${t(`marketing.per_${frequency.per}`)}` : t(`marketing.frequency_${frequency.type}`), ...(cap ? [`${t("marketing.cap")}: ${cap.times} / ${cap.days}`] : [])].join("\n")],
    [t("marketing.block_timing"), [timing.when === "at_once" ? t("marketing.when_at_once") : `${t(`marketing.when_${timing.when}`)}: ${timing.amount} ${t(`rules.unit_${timing.unit}`)}`, ...(window ? [`${window.from}–${window.to}`] : []), `${t("marketing.retry")}: ${rule.retry_h}`].join("\n")],
    [t("marketing.block_actions"), describeActions(rule.actions, templates, names)],
  ];
}

export type Block = "name" | "mechanic" | "segments" | "frequency" | "timing" | "actions";
export const BLOCKS: readonly Block[] = ["name", "mechanic", "segments", "frequency", "timing", "actions"];

function mechanicIsWhole(mechanic: Mechanic): boolean {
  switch (mechanic.type) {
    case "since_last_order":
    case "reactivation":
      return mechanic.days > 0;
    case "personal_date":
      return mechanic.field !== "" && mechanic.days_before >= 0;
    case "repeat_purchase":
      return mechanic.orders > 0;
    case "abandoned_cart":
      return mechanic.event.trim() !== "";
    case "segment_entered":
      return true;
  }
}

/** Whether a block has what it needs. */
export function isWhole(draft: MarketingDraft, block: Block): boolean {
  switch (block) {
    case "name":
      return draft.name.trim() !== "";
    case "mechanic":
      return mechanicIsWhole(draft.mechanic);
    case "segments":
      return draft.mechanic.type !== "segment_entered" || draft.segments.length > 0;
    case "frequency":
      return (draft.frequency.type !== "times" || draft.frequency.times > 0) && (draft.cap === null || (draft.cap.times > 0 && draft.cap.days > 0));
    case "timing":
      return (draft.timing.when === "at_once" || draft.timing.amount > 0) && (draft.window === null || (draft.window.from !== "" && draft.window.to !== "" && draft.window.from !== draft.window.to));
    case "actions":
      return draft.actions.every((action) => !("template" in action) || action.template !== "");
  }
}

const ICONS: Record<MechanicType, IconName> = { since_last_order: "clock", personal_date: "calendar", repeat_purchase: "bag", abandoned_cart: "store", reactivation: "retry", segment_entered: "users" };

export function mechanicIcon(type: MechanicType): IconName {
  return ICONS[type];
}

export function mechanicText(mechanic: Mechanic): string {
  switch (mechanic.type) {
    case "since_last_order":
      return t("marketing.since_last_order_n", { n: mechanic.days });
    case "reactivation":
      return t("marketing.reactivation_n", { n: mechanic.days });
    case "personal_date":
      return t("marketing.personal_date_n", { n: mechanic.days_before });
    case "repeat_purchase":
      return t("marketing.repeat_purchase_n", { n: mechanic.orders });
    case "abandoned_cart":
      return t("marketing.abandoned_cart_name", { name: mechanic.event });
    case "segment_entered":
      return t("marketing.mechanic_segment_entered");
  }
}

export function skippedCount(rule: Pick<MarketingRule, "results">): number {
  return Object.values(rule.results.skipped).reduce((sum, n) => sum + n, 0);
}

const REASONS = ["not_in_segment", "too_often", "capped", "outside_hours", "not_yet", "expired", "no_longer"] as const;

/** Why a customer was left out; a reason that this page does not know is shown as it came. */
export function reasonText(why: string): string {
  const known = REASONS.find((reason) => reason === why);
  return known ? t(`marketing.why_${known}`) : why;
}

export function hrefOfRule(rule: Pick<MarketingRule, "id">): string {
  return `/settings/marketing-rules/${encodeURIComponent(rule.id)}`;
}

export function pathOfRule(rule: Pick<MarketingRule, "id">): string {
  return `/v1/marketing-rules/${encodeURIComponent(rule.id)}`;
}
