// Which cells of the matrix are locked, as a value: locking, unlocking, and what a form sends.
import type { Kind } from "../../wire.ts";
import type { Choices, Locked, Preferences, Switch } from "../../wire-mail.ts";

export function isLocked(locked: Locked, kind: Kind, channel: Switch): boolean {
  return locked[kind]?.includes(channel) ?? false;
}

export function withLock(locked: Locked, kind: Kind, channel: Switch, on: boolean): Locked {
  const others = (locked[kind] ?? []).filter((other) => other !== channel);
  const { [kind]: _, ...rest } = locked;
  const own = on ? [...others, channel] : others;
  return own.length > 0 ? { ...rest, [kind]: own } : rest;
}

/** What a user may send: everything but the locks. */
export function choicesOf({ email, matrix, quiet, popup_seconds, digest, hold_seconds, rules_off }: Preferences): Choices {
  const choices = { email, matrix, quiet, popup_seconds, digest, hold_seconds };
  return rules_off ? { ...choices, rules_off } : choices;
}

/** The rules that are off, with one of them switched. */
export function withRule(off: readonly string[], rule: string, on: boolean): string[] {
  const others = off.filter((other) => other !== rule);
  return on ? others : [...others, rule].sort();
}

/** The given steps, and among them a value that came from elsewhere. */
export function stepsWith(steps: readonly number[], value: number): number[] {
  return [...new Set([...steps, value])].sort((a, b) => a - b);
}
