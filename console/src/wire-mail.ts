// The shapes of /v1 that are about what reaches whom and about e-mail. Only types, like wire.ts.
import type { Session as ClientSession } from "../../client/src/core/types.ts";
import type { Kind } from "./wire.ts";

export type { ClientSession };

export type Digest = "off" | "hourly" | "daily" | "weekdays";
export const DIGESTS: readonly Digest[] = ["off", "hourly", "daily", "weekdays"];

/** The channels that have a switch; the bell has every notification. */
export type Switch = "popup" | "email";
export const SWITCHES: readonly Switch[] = ["popup", "email"];

export interface Quiet {
  from: string;
  to: string;
  zone: string;
}

export interface Choices {
  email: boolean;
  matrix: Record<Kind, Record<Switch, boolean>>;
  quiet: Quiet | null;
  popup_seconds: number;
  digest: Digest;
  hold_seconds: number;
  rules_off?: string[];
}

export type Locked = Partial<Record<Kind, Switch[]>>;

/** A rule of system notifications; where the account has switched it off, it reaches nobody. */
export interface RuleSwitch {
  rule: string;
  name: string;
  active: boolean;
}

/** Of a user, with the rules that he wants nothing of; the account's defaults have no rules. */
export interface Preferences extends Choices {
  locked: Locked;
  rules?: RuleSwitch[];
}

export interface Letter {
  subject: string;
  html: string;
  text: string;
}

export type Security = "starttls" | "tls" | "plain";
export const SECURITIES: readonly Security[] = ["starttls", "tls", "plain"];
export type Auth = "none" | "plain" | "login" | "xoauth2";
export const AUTHS: readonly Auth[] = ["none", "plain", "login", "xoauth2"];

export interface RelayState {
  breaker: "closed" | "open" | "half_open";
  last_error: string | null;
  last_ok_at: string | null;
}

export interface Relay {
  id: string | null;
  host: string;
  port: number;
  security: Security;
  allow_plain: boolean;
  auth: Auth;
  user: string;
  has_secret: boolean;
  priority: number;
  state: RelayState | null;
}

export interface Branding {
  colour: string;
  logo: string | null;
  footer: string;
}

export interface EmailSettings {
  relays: Relay[];
  /** The server's own relays serve an account that has none. */
  server_relays: string[];
  sender: { name: string; address: string };
  branding: Branding;
}

/** One line of a conversation with a relay: `c` is us, `s` the relay. */
export interface Line {
  dir: "c" | "s";
  line: string;
}

export interface TestAnswer {
  sent: boolean;
  dialogue: Line[];
  reason: string | null;
}

export type DeliveryState = "queued" | "held" | "digest" | "sending" | "sent" | "dead" | "suppressed";
export const DELIVERY_STATES: readonly DeliveryState[] = ["queued", "held", "digest", "sending", "sent", "dead", "suppressed"];

export interface Delivery {
  id: string;
  user: { id: string; name: string } | null;
  channel: "email";
  kind: Kind;
  address: string;
  title: string;
  state: DeliveryState;
  reason: string | null;
  detail: string | null;
  attempts: number;
  next_at: string | null;
  expires_at: string;
  relay: string | null;
  created_at: string;
  ended_at: string | null;
}

export interface Attempt {
  n: number;
  at: string;
  relay: string | null;
  outcome: string;
  reason: string | null;
  dialogue: Line[];
}

export interface DeliveryStory extends Delivery {
  attempt_log: Attempt[];
  letter: Letter | null;
}

export interface SuspendedAddress {
  address: string;
  bounces: number;
  reason: string;
  suspended_at: string;
  until: string;
}

export interface MailboxLetter {
  id: string;
  to: string;
  subject: string;
  at: string;
}

export interface MailboxStory {
  headers: [string, string][];
  html: string;
  text: string;
  raw: string;
}
