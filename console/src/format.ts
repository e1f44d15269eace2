// Dates, times and numbers in the user's language and zone, and the way back from a typed local time to an instant.
// Nothing of the page is here except the clock that keeps "4 min ago" true.
import { signal } from "@preact/signals";

/** How far the server's clock is ahead of this machine's: only the demo's is ever moved. */
let ahead = 0;

/** The present, refreshed every half minute; components that read it redraw. */
export const now = signal(Date.now());

/** The present to the millisecond, on the server's clock. */
export function present(): number {
  return Date.now() + ahead;
}

function tick(): void {
  now.value = present();
}

export function startClock(): void {
  setInterval(tick, 30_000);
  document.addEventListener("visibilitychange", tick);
}

/** The pages go by this present from now on. */
export function setClock(instant: string): void {
  ahead = Date.parse(instant) - Date.now();
  tick();
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}|${zone}|${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    try {
      made = new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
    } catch {
      made = new Intl.DateTimeFormat(language, options);
    }
    formats.set(key, made);
  }
  return made;
}

/** YYYY-MM-DD of an instant in a zone. */
export function dayOf(instant: number, zone: string): string {
  const parts = wallClock(instant, zone);
  return `${parts.year}-${pad(parts.month)}-${pad(parts.day)}`;
}

export function timeOfDay(instant: string, language: string, zone: string): string {
  return format(language, zone, { hour: "numeric", minute: "2-digit", hourCycle: "h23" }).format(new Date(instant));
}

export function fullTime(instant: string, language: string, zone: string): string {
  return format(language, zone, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" }).format(new Date(instant));
}

/** "Monday 23 November": a day of a calendar, named in full. */
export function dayName(day: string, language: string): string {
  return format(language, "UTC", { weekday: "long", day: "numeric", month: "long" }).format(new Date(`${day}T12:00:00Z`));
}

export function dateOnly(instant: string, language: string, zone: string): string {
  return format(language, zone, { dateStyle: "medium" }).format(new Date(instant));
}

/** Short enough for a column: the time today, the weekday within six days, the date before that. */
export function shortTime(instant: string, language: string, zone: string, present: number): string {
  const then = Date.parse(instant);
  const days = Math.round((Date.parse(dayOf(present, zone)) - Date.parse(dayOf(then, zone))) / 86_400_000);
  if (days === 0) return timeOfDay(instant, language, zone);
  if (days > 0 && days < 7) return format(language, zone, { weekday: "short" }).format(then);
  const sameYear = dayOf(then, zone).slice(0, 4) === dayOf(present, zone).slice(0, 4);
  return format(language, zone, { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) }).format(then);
}

/** "26 Nov, 10:02", with the year where it is another one. */
export function dayAndTime(instant: string, language: string, zone: string, present: number): string {
  const sameYear = dayOf(Date.parse(instant), zone).slice(0, 4) === dayOf(present, zone).slice(0, 4);
  if (!sameYear) return fullTime(instant, language, zone);
  return format(language, zone, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit", hourCycle: "h23" }).format(new Date(instant));
}

/** "4 minutes ago", "in 2 hours"; the nearest unit that is at least one. */
export function relativeTime(instant: string, language: string, present: number): string {
  const seconds = (Date.parse(instant) - present) / 1000;
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  if (Math.abs(seconds) < 45) return relative.format(0, "second");
  if (Math.abs(seconds) < 3_600 - 30) return relative.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86_400) return relative.format(Math.round(seconds / 3_600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}

interface WallClock {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

function wallClock(instant: number, zone: string): WallClock {
  const made = format("en-GB", zone, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  const found: Record<string, number> = {};
  for (const part of made.formatToParts(instant)) found[part.type] = Number(part.value);
  return found as unknown as WallClock;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

function offsetAt(instant: number, zone: string): number {
  const wall = wallClock(instant, zone);
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  return asUtc - Math.floor(instant / 1000) * 1000;
}

/**
 * The instant of a local time as a date or datetime-local field gives it. In the hour that a clock change skips, the
 * time is moved on by that hour; in the hour that comes twice, the first one is meant.
 */
export function localToInstant(local: string, zone: string): string | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?/.exec(local);
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map((part) => Number(part ?? 0));
  const asUtc = Date.UTC(year!, month! - 1, day!, hour!, minute!);
  const before = asUtc - offsetAt(asUtc - 86_400_000, zone);
  const after = asUtc - offsetAt(asUtc + 86_400_000, zone);
  const exact = [before, after].find((candidate) => candidate + offsetAt(candidate, zone) === asUtc);
  return new Date(exact ?? before).toISOString();
}

/** The value of a datetime-local field for an instant. */
export function instantToLocal(instant: number, zone: string): string {
  const wall = wallClock(instant, zone);
  return `${wall.year}-${pad(wall.month)}-${pad(wall.day)}T${pad(wall.hour)}:${pad(wall.minute)}`;
}

/** "GMT+2" or a name, to stand beside a time field. */
export function zoneName(zone: string, language: string, at: number): string {
  const parts = format(language, zone, { timeZoneName: "shortOffset", hour: "numeric" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** The day behind a day, as YYYY-MM-DD. */
export function dayAfter(date: string): string {
  const next = new Date(`${date}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}
