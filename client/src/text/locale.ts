/**
 * Words, plurals, times and days in one language and zone. Pure: the present moment is an argument.
 *
 * Deliberately not here: which language it is to be; the element that draws decides.
 */
import type { Language } from "../core/types.js";
import { CATALOGUES, type TextKey } from "./strings.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The first of the wanted languages that there are texts in. */
export function pickLanguage(wanted: readonly (string | null | undefined)[]): Language {
  for (const tag of wanted) {
    const language = tag?.toLowerCase().split("-")[0];
    if (language && Object.hasOwn(CATALOGUES, language)) return language as Language;
  }
  return "en";
}

export class Locale {
  readonly language: Language;
  #plural: Intl.PluralRules;
  #relative: Intl.RelativeTimeFormat;
  #zone: string | undefined;
  #formats = new Map<string, Intl.DateTimeFormat>();

  constructor(language: Language, zone?: string) {
    this.language = language;
    this.#zone = zone;
    this.#plural = new Intl.PluralRules(language);
    this.#relative = new Intl.RelativeTimeFormat(language, { style: "short", numeric: "auto" });
  }

  /** A text of the catalogue; `n` chooses the plural and fills `{n}`. */
  text(key: TextKey, n = 0): string {
    const text = CATALOGUES[this.language][key];
    const form = typeof text === "string" ? text : (text[this.#plural.select(n)] ?? text.other);
    return form.replace("{n}", () => n.toLocaleString(this.language));
  }

  /** "now", "12 min. ago", "3 hr. ago"; from a day on the date. The future is now: clocks differ. */
  ago(instant: string, now: number): string {
    const age = now - Date.parse(instant);
    if (age >= DAY) return `${this.dayLabel(instant, now)}, ${this.clock(instant)}`;
    if (age >= HOUR) return this.#relative.format(-Math.floor(age / HOUR), "hour");
    if (age >= MINUTE) return this.#relative.format(-Math.floor(age / MINUTE), "minute");
    return this.#relative.format(0, "second");
  }

  /** The time of day. */
  clock(instant: string): string {
    return this.#format(instant, { hour: "numeric", minute: "2-digit", hourCycle: "h23" });
  }

  /** Equal for two instants of one day in the zone. */
  dayKey(instant: string | number): string {
    return this.#format(instant, { dateStyle: "short" });
  }

  /** "Today", "Yesterday", "Friday, 20 November", and with the year when it is far. */
  dayLabel(instant: string, now: number): string {
    const key = this.dayKey(instant);
    const days = [0, 1].find((days) => key === this.dayKey(now - days * DAY));
    const isFar = now - Date.parse(instant) > 180 * DAY;
    const label =
      days !== undefined
        ? this.#relative.format(-days, "day")
        : this.#format(instant, isFar ? { dateStyle: "long" } : { weekday: "long", day: "numeric", month: "long" });
    return label.charAt(0).toUpperCase() + label.slice(1);
  }

  #format(instant: string | number, options: Intl.DateTimeFormatOptions): string {
    const key = JSON.stringify(options);
    let format = this.#formats.get(key);
    if (!format) this.#formats.set(key, (format = dateFormat(this.language, options, this.#zone)));
    return format.format(new Date(instant));
  }
}

/** A zone that the browser does not know falls back to its own. */
function dateFormat(language: Language, options: Intl.DateTimeFormatOptions, zone?: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(language, options);
  }
}
