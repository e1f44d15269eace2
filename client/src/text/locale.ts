/**
 * Words, plurals, times and days in one language and zone. Pure: the present moment is an argument.
 *
 * Deliberately not here: which language it is to be; the element that draws decides.
 */
import type { Language } from "../core/types.js";
import { LANGUAGES, TEXTS, type TextKey } from "./strings.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The first of the wanted languages that there are texts in. */
export function pickLanguage(wanted: readonly (string | null | undefined)[]): Language {
  for (const tag of wanted) {
    const name = tag?.toLowerCase().split("-")[0];
    const language = LANGUAGES.find((language) => language === name);
    if (language) return language;
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

  /** A text of the catalogue; `n` fills `{n}`, and a number chooses the plural. */
  text(key: TextKey, n?: number | string): string {
    return this.say(TEXTS[key], n);
  }

  /** The same of a row of texts. */
  say(row: string, n: number | string = 0): string {
    const forms = row.split("|")[LANGUAGES.indexOf(this.language)]!.split("/");
    const index = ["one", "few"].indexOf(this.#plural.select(Number(n)));
    return (forms[index] ?? forms.at(-1)!).replace("{n}", () => n.toLocaleString(this.language));
  }

  /** "12 min", "3 hr", "2 days": whole units of the largest that fits. */
  span(ms: number): string {
    const unit = ms >= DAY ? "day" : ms >= HOUR ? "hour" : "minute";
    const count = Math.floor(ms / { day: DAY, hour: HOUR, minute: MINUTE }[unit]);
    return count.toLocaleString(this.language, { style: "unit", unit, unitDisplay: "short" });
  }

  /** "10:02", and with the day unless it is today. */
  moment(instant: string, now: number): string {
    const clock = this.clock(instant);
    return this.dayKey(instant) === this.dayKey(now) ? clock : `${this.#day(instant, now)}, ${clock}`;
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
    return capital(this.#day(instant, now));
  }

  #day(instant: string, now: number): string {
    const key = this.dayKey(instant);
    const days = [0, -1, 1].find((days) => key === this.dayKey(now + days * DAY));
    const isFar = Math.abs(now - Date.parse(instant)) > 180 * DAY;
    return days !== undefined
      ? this.#relative.format(days, "day")
      : this.#format(instant, isFar ? { dateStyle: "long" } : { weekday: "long", day: "numeric", month: "long" });
  }

  #format(instant: string | number, options: Intl.DateTimeFormatOptions): string {
    const key = JSON.stringify(options);
    let format = this.#formats.get(key);
    if (!format) this.#formats.set(key, (format = dateFormat(this.language, options, this.#zone)));
    return format.format(new Date(instant));
  }
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A zone that the browser does not know falls back to its own. */
function dateFormat(language: Language, options: Intl.DateTimeFormatOptions, zone?: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(language, options);
  }
}
