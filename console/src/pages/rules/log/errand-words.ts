// Why what a rule sent out waits or has ended, in words.
import { t } from "../../../i18n/index.ts";
import { reasonText } from "../../deliveries/state.tsx";

const REASONS = ["refused", "unreachable", "redirected", "internal_address", "gone"] as const;

/** A reason that this page does not know is shown as it came. */
export function errandReason(channel: "http" | "email", reason: string | null): string {
  const known = channel === "http" ? REASONS.find((one) => one === reason) : undefined;
  return known ? t(`errands.reason_${known}`) : reasonText(reason);
}
