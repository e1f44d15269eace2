// Putting the entries of a list into another order. The numbers that say the order are spread, so that a moved entry
// usually needs one write. Pure.
import type { Entry } from "../../wire.ts";

const STEP = 10;

/** The entries whose numbers must change so that the one at `from` stands at `to`. */
export function moved(entries: readonly Entry[], from: number, to: number): Entry[] {
  const list = [...entries];
  const [entry] = list.splice(from, 1);
  if (!entry || to < 0 || to > list.length) return [];
  list.splice(to, 0, entry);
  const before = list[to - 1]?.ordering ?? (list[to + 1]?.ordering ?? STEP * 2) - STEP * 2;
  const after = list[to + 1]?.ordering ?? before + STEP * 2;
  const between = Math.floor((before + after) / 2);
  if (between > before && between < after) return [{ ...entry, ordering: between }];
  const numbered = list.map((one, at) => ({ ...one, ordering: (at + 1) * STEP }));
  return numbered.filter((one) => entries.find((old) => old.code === one.code)?.ordering !== one.ordering);
}
