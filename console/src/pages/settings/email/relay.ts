// Relays as values: a new one, moving one, and the usual port of each security.
import type { Relay, Security } from "../../../wire-mail.ts";

export const PORTS: Record<Security, string> = { starttls: "587", tls: "465", plain: "25" };

export function newRelay(priority: number): Relay {
  return { id: null, host: "", port: 587, security: "starttls", allow_plain: false, auth: "plain", user: "", has_secret: false, priority, state: null };
}

/** Whether letters to this host stay on the machine. */
export function isLoopback(host: string): boolean {
  const bare = host.trim().replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** The list with one moved; the first is tried first. */
export function moved<T>(list: readonly T[], from: number, step: 1 | -1): T[] {
  const to = from + step;
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one === undefined || to < 0 || to > next.length) return [...list];
  next.splice(to, 0, one);
  return next;
}
