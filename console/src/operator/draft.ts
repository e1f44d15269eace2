// An announcement while it is being written: as the form holds it, and as the API takes it.
import { instantToLocal, localToInstant } from "../format.ts";
import type { Language, Severity } from "../wire.ts";
import type { Chosen, Form, People, Wording, Written } from "./wire.ts";

export interface Draft {
  texts: Record<Language, Wording>;
  severity: Severity;
  form: Form;
  whom: Chosen["type"];
  codes: string[];
  label: string;
  people: People;
  mandatory: boolean;
  beta: boolean;
  link: string;
  /** Local times as their fields give them; empty is none. */
  from: string;
  to: string;
  starts: string;
  expires: string;
}

const EMPTY: Wording = { title: "", body: "" };

/** The text for those whose language is not among them. */
export function firstText(texts: Record<string, Wording>): Wording {
  return texts["en"] ?? texts["ru"] ?? texts["es"] ?? EMPTY;
}

export function draftOf(said: Written | null, zone: string): Draft {
  const local = (at: string | null | undefined) => (at ? instantToLocal(Date.parse(at), zone) : "");
  const text = (language: Language) => said?.texts[language] ?? EMPTY;
  const chosen = said?.accounts;
  return {
    texts: { en: text("en"), ru: text("ru"), es: text("es") },
    severity: said?.severity ?? "info",
    form: said?.form ?? "popup",
    whom: chosen?.type ?? "all",
    codes: chosen?.type === "chosen" ? chosen.codes : [],
    label: chosen?.type === "plan" ? chosen.plan : chosen?.type === "version" ? chosen.version : "",
    people: said?.people ?? "everybody",
    mandatory: said?.mandatory ?? false,
    beta: said?.question === "beta",
    link: said?.link ?? "",
    from: local(said?.window?.from),
    to: local(said?.window?.to),
    starts: local(said?.starts_at),
    expires: local(said?.expires_at),
  };
}

/** What is sent. A language without a word is left out. */
export function toRequest(draft: Draft, zone: string): Written {
  const instant = (local: string) => (local ? localToInstant(local, zone) : null);
  const written = Object.entries(draft.texts).filter(([, text]) => text.title.trim() || text.body.trim());
  const [from, to] = [instant(draft.from), instant(draft.to)];
  return {
    texts: Object.fromEntries(written),
    severity: draft.severity,
    form: draft.form,
    accounts:
      draft.whom === "chosen" ? { type: "chosen", codes: draft.codes }
      : draft.whom === "plan" ? { type: "plan", plan: draft.label }
      : draft.whom === "version" ? { type: "version", version: draft.label }
      : { type: "all" },
    people: draft.people,
    mandatory: draft.mandatory,
    link: draft.link.trim() || null,
    window: from && to ? { from, to } : null,
    question: draft.beta ? "beta" : null,
    starts_at: instant(draft.starts),
    expires_at: instant(draft.expires),
  };
}
