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
    if (language && language in CATALOGUES) return language as Language;
  }
  return "en";
}

export class Locale {
  readonly language: Language;
  #plural: Intl.PluralRules;
  #relative: Intl.RelativeTimeFormat;
  #number: Intl.NumberFormat;
  #clock: Intl.DateTimeFormat;
  #dayKey: Intl.DateTimeFormat;
  #day: Intl.DateTimeFormat;
  #dayOfYear: Intl.DateTimeFormat;
  #full: Intl.DateTimeFormat;

  constructor(language: Language, zone?: string) {
    this.language = language;
    const inZone = (options: Intl.DateTimeFormatOptions) => dateFormat(language, options, zone);
    this.#plural = new Intl.PluralRules(language);
    this.#relative = new Intl.RelativeTimeFormat(language, { style: "short", numeric: "always" });
    this.#number = new Intl.NumberFormat(language);
    this.#clock = inZone({ hour: "numeric", minute: "2-digit", hourCycle: "h23" });
    this.#dayKey = inZone({ year: "numeric", month: "2-digit", day: "2-digit" });
    this.#day = inZone({ weekday: "long", day: "numeric", month: "long" });
    this.#dayOfYear = inZone({ day: "numeric", month: "long", year: "numeric" });
    this.#full = inZone({ dateStyle: "full", timeStyle: "short" });
  }

  /** A text of the catalogue; `n` chooses the plural and fills `{n}`. */
  text(key: TextKey, n = 0): string {
    const text = CATALOGUES[this.language][key];
    const form = typeof text === "string" ? text : (text[this.#plural.select(n)] ?? text.other);
    return form.replace("{n}", this.#number.format(n));
  }

  number(n: number): string {
    return this.#number.format(n);
  }

  /** "just now", "12 min ago", "3 hr ago"; from a day on the date. The future is now: clocks differ. */
  ago(instant: string, now: number): string {
    const age = now - Date.parse(instant);
    if (!(age >= 45_000)) return this.text("just_now");
    if (age < HOUR) return this.#relative.format(-Math.max(1, Math.round(age / MINUTE)), "minute");
    if (age < DAY) return this.#relative.format(-Math.round(age / HOUR), "hour");
    return `${this.dayLabel(instant, now)}, ${this.clock(instant)}`;
  }

  /** The time of day. */
  clock(instant: string): string {
    return this.#clock.format(new Date(instant));
  }

  /** The whole date, for a tooltip. */
  full(instant: string): string {
    return this.#full.format(new Date(instant));
  }

  /** Equal for two instants of one day in the zone. */
  dayKey(instant: string | number): string {
    return this.#dayKey.format(new Date(instant));
  }

  /** "Today", "Yesterday", "Friday, 20 November", and with the year when it is another. */
  dayLabel(instant: string, now: number): string {
    const key = this.dayKey(instant);
    if (key === this.dayKey(now)) return this.text("today");
    if (key === this.dayKey(now - DAY)) return this.text("yesterday");
    const isNear = Math.abs(now - Date.parse(instant)) < 180 * DAY;
    const label = (isNear ? this.#day : this.#dayOfYear).format(new Date(instant));
    return label.charAt(0).toLocaleUpperCase(this.language) + label.slice(1);
  }
}

/** A zone that the browser does not know falls back to its own. */
function dateFormat(language: Language, options: Intl.DateTimeFormatOptions, zone?: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(language, { ...options, ...(zone ? { timeZone: zone } : {}) });
  } catch {
    return new Intl.DateTimeFormat(language, options);
  }
}
