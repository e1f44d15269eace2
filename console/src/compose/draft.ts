// The draft of a one-time notification: what is typed, where it is kept over a reload, what is sent for it, and the
// Idempotency-Key that makes sending it twice impossible. No elements here.
import { newKey } from "../http.ts";
import { localToInstant } from "../format.ts";
import type { NewNotification, Severity } from "../wire.ts";
import { normalLink } from "./serialize.ts";

export interface Draft {
  title: string;
  body: string;
  groups: string[];
  users: { id: string; name: string }[];
  severity: Severity;
  link: string;
  sticky: boolean;
  /** Local times in the user's zone, as their fields hold them. */
  expires: string;
  sendAt: string;
}

export const EMPTY: Draft = { title: "", body: "", groups: [], users: [], severity: "info", link: "", sticky: false, expires: "", sendAt: "" };

export const BODY_LIMIT = 10_000;
export const TITLE_LIMIT = 200;

/** The address of the draft in this browser: one per user of an account. */
export function storageKey(account: string, user: string): string {
  return `bellwire.draft.${account}.${user}`;
}

export function isEmpty(draft: Draft): boolean {
  return JSON.stringify({ ...draft, severity: EMPTY.severity }) === JSON.stringify(EMPTY);
}

export function loadDraft(key: string): Draft {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? "null") as Partial<Draft> | null;
    return stored ? { ...EMPTY, ...stored } : EMPTY;
  } catch {
    return EMPTY;
  }
}

export function saveDraft(key: string, draft: Draft): void {
  try {
    if (isEmpty(draft)) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Storage may be closed or full; the draft then lives as long as the page.
  }
}

/** The request for a draft. Fields that are empty are left out. */
export function toRequest(draft: Draft, zone: string): NewNotification {
  const request: NewNotification = { body: draft.body, severity: draft.severity };
  if (draft.title.trim()) request.title = escapeTitle(draft.title.trim());
  if (draft.groups.length) request.groups = draft.groups;
  if (draft.users.length) request.users = draft.users.map((user) => user.id);
  if (draft.sticky) request.sticky = true;
  if (draft.link.trim()) request.link = normalLink(draft.link) ?? draft.link.trim();
  const expires = draft.expires && localToInstant(draft.expires, zone);
  if (expires) request.expires_at = expires;
  const sendAt = draft.sendAt && localToInstant(draft.sendAt, zone);
  if (sendAt) request.send_at = sendAt;
  return request;
}

/** The title field is plain text, the wire's title is HTML of the allow-list. */
export function escapeTitle(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** One key per request body: a second press, a retry and a reload send the same, a corrected draft another one. */
export function keyKeeper(): (request: NewNotification) => string {
  let body = "";
  let key = "";
  return (request) => {
    const text = JSON.stringify(request);
    if (text !== body || key === "") {
      body = text;
      key = newKey();
    }
    return key;
  };
}
