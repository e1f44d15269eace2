// The usual times of a schedule as cron expressions and back. What is none of them stays an expression, written by hand. Pure.

export const RHYTHMS = ["hourly", "daily", "weekdays", "weekly", "monthly", "own"] as const;
export type Rhythm = (typeof RHYTHMS)[number];

export interface Schedule {
  rhythm: Rhythm;
  /** 09:00 */
  time: string;
  /** 1 is Monday, 7 Sunday. */
  weekday: number;
  day: number;
  cron: string;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

function whole(text: string, from: number, to: number): number | null {
  const n = /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  return n >= from && n <= to ? n : null;
}

export function readCron(cron: string): Schedule {
  const own: Schedule = { rhythm: "own", time: "09:00", weekday: 1, day: 1, cron };
  const [m = "", h = "", d = "", month = "", w = "", ...more] = cron.trim().split(/\s+/);
  const minute = whole(m, 0, 59);
  if (more.length || minute === null || month !== "*") return own;
  if (h === "*" && d === "*" && w === "*" && minute === 0) return { ...own, rhythm: "hourly" };
  const hour = whole(h, 0, 23);
  if (hour === null) return own;
  const timed = { ...own, time: `${two(hour)}:${two(minute)}` };
  if (d === "*" && w === "*") return { ...timed, rhythm: "daily" };
  if (d === "*" && w === "1-5") return { ...timed, rhythm: "weekdays" };
  const weekday = whole(w, 0, 7);
  if (d === "*" && weekday !== null) return { ...timed, rhythm: "weekly", weekday: weekday || 7 };
  const day = whole(d, 1, 31);
  return w === "*" && day !== null ? { ...timed, rhythm: "monthly", day } : own;
}

export function writeCron({ rhythm, time, weekday, day, cron }: Schedule): string {
  const [hour = 9, minute = 0] = time.split(":").map(Number);
  const at = `${minute} ${hour}`;
  switch (rhythm) {
    case "hourly":
      return "0 * * * *";
    case "daily":
      return `${at} * * *`;
    case "weekdays":
      return `${at} * * 1-5`;
    case "weekly":
      return `${at} * * ${weekday % 7}`;
    case "monthly":
      return `${at} ${day} * *`;
    case "own":
      return cron;
  }
}
