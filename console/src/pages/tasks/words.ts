// The words for when tasks are due, in the reader's language and zone.
import { dayAndTime, dayOf, now, timeOfDay } from "../../format.ts";
import { language, t } from "../../i18n/index.ts";
import { zone } from "../../session.ts";
import { addDays, span } from "./late.ts";

/** "12 min", "1 h 5 min", "3 d". */
export function spanWords(minutes: number): string {
  const { unit, n, rest } = span(minutes);
  const write = (value: number, name: "minute" | "hour" | "day") => new Intl.NumberFormat(language.value, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  return rest ? `${write(n, unit)} ${write(rest, "minute")}` : write(n, unit);
}

export function lateWords(minutes: number): string {
  return t("task.late", { span: spanWords(minutes) });
}

/** "10:02" today; "tomorrow, 10:02"; else the date with it. */
export function dueWords(at: string): string {
  const day = dayOf(Date.parse(at), zone.value);
  const today = dayOf(now.value, zone.value);
  const time = timeOfDay(at, language.value, zone.value);
  if (day === today) return time;
  if (day === addDays(today, 1)) return `${t("tasks.tomorrow")}, ${time}`;
  if (day === addDays(today, -1)) return `${t("tasks.yesterday")}, ${time}`;
  return dayAndTime(at, language.value, zone.value, now.value);
}
