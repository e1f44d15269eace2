// The state of a sent notification as a badge, and the share of its recipients who have done something.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { language } from "../../i18n/index.ts";
import type { Sent, SentState } from "../../wire.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";

const LOOKS: Record<SentState, { icon: IconName; tone: string }> = {
  scheduled: { icon: "clock", tone: "tone-info" },
  sending: { icon: "send", tone: "tone-brass" },
  sent: { icon: "check", tone: "tone-quiet" },
  recalled: { icon: "undo", tone: "tone-quiet" },
  expired: { icon: "clock", tone: "tone-quiet" },
};

export function StateBadge({ state }: { state: SentState }): JSX.Element {
  return (
    <span class={`badge ${LOOKS[state].tone}`}>
      <Icon name={LOOKS[state].icon} size={13} />
      {t(`sent.state_${state}`)}
    </span>
  );
}

export function percent(part: number, whole: number): string {
  return (whole ? part / whole : 0).toLocaleString(language.value, { style: "percent" });
}

/** A bar as a native meter, so that it needs no inline style and has a value for everybody. */
export function Meter({ part, whole, label }: { part: number; whole: number; label: string }): JSX.Element {
  return <progress class="meter" max={Math.max(1, whole)} value={part} aria-label={label} />;
}

export function canBeRecalled(sent: Sent): boolean {
  return sent.state === "scheduled" || sent.state === "sending" || sent.state === "sent";
}

export function audienceOf(sent: Sent): string {
  return [...sent.groups.map((group) => group.name), ...sent.users.map((user) => user.name)].join(", ");
}
