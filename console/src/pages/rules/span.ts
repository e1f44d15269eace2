// A span of time as a number and a unit, in the largest unit that it is whole in. Pure.

export const UNITS = ["minutes", "hours", "days"] as const;
export type Unit = (typeof UNITS)[number];
export const SECONDS: Record<Unit, number> = { minutes: 60, hours: 3_600, days: 86_400 };

export function unitOf(seconds: number): Unit {
  if (seconds === 0) return "minutes";
  return [...UNITS].reverse().find((unit) => seconds % SECONDS[unit] === 0) ?? "minutes";
}

export function inUnit(seconds: number, unit: Unit): number {
  return Math.round((seconds / SECONDS[unit]) * 100) / 100;
}
