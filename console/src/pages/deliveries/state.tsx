// What became of a delivery, as a badge and a sentence.
import type { JSX } from "preact";
import { t, type Key } from "../../i18n/index.ts";
import type { Delivery, DeliveryState } from "../../wire-mail.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";

const LOOKS: Record<DeliveryState, { icon: IconName; tone: string }> = {
  queued: { icon: "clock", tone: "tone-info" },
  held: { icon: "pause", tone: "tone-quiet" },
  digest: { icon: "lists", tone: "tone-quiet" },
  sending: { icon: "send", tone: "tone-brass" },
  sent: { icon: "check", tone: "tone-success" },
  dead: { icon: "alert", tone: "tone-error" },
  suppressed: { icon: "close", tone: "tone-quiet" },
};

export function DeliveryBadge({ state }: { state: DeliveryState }): JSX.Element {
  return (
    <span class={`badge ${LOOKS[state].tone}`}>
      <Icon name={LOOKS[state].icon} size={13} />
      {t(`deliveries.state_${state}`)}
    </span>
  );
}

const REASONS = [
  "no_relay", "relay_down", "deferred", "expired", "bounced", "refused", "unfit", "crashed", "user_gone", "no_access", "withdrawn", "address_suspended",
  "switched_off", "kind_off", "read",
] as const;

/** The reason in words; one that this page does not know is shown as it came. */
export function reasonText(reason: string | null): string {
  if (!reason) return "";
  return (REASONS as readonly string[]).includes(reason) ? t(`deliveries.reason_${reason}` as Key) : reason;
}

export function canResend(delivery: Pick<Delivery, "state">): boolean {
  return delivery.state === "sent" || delivery.state === "dead" || delivery.state === "suppressed";
}

export function canRelease(delivery: Pick<Delivery, "state">): boolean {
  return delivery.state === "queued" || delivery.state === "held" || delivery.state === "digest";
}
