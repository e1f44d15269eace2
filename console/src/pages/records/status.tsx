// A status as a coloured dot and a word. The colour says how far the order is: begun, waiting, done, or gone wrong;
// it is read from the status's group, or guessed from the code where the shop has groups of its own.
import type { JSX } from "preact";
import type { Entry, Named } from "../../wire.ts";

export type StatusTone = "info" | "warning" | "success" | "error" | "brass" | "quiet";

/** The groups that an account begins with. */
const GROUPS: Record<string, StatusTone> = { new: "info", approval: "warning", assembling: "brass", delivery: "brass", complete: "success", cancel: "error" };

const MEANINGS: readonly [RegExp, StatusTone][] = [
  [/cancel|reject|refus|return|fail|overdue|expired|^no-|bad/, "error"],
  [/not-?paid|unpaid|approv|confirm|agree|wait|hold|check|pending/, "warning"],
  [/complete|done|paid|finish|closed|success|delivered|received/, "success"],
  [/deliver|ship|send|sent|transit|courier|assembl|pack|reserv|process|work/, "brass"],
  [/new|open|created|incoming/, "info"],
];

/** Pure: the colour of a status code, with its group where it is known. */
export function statusTone(code: string, group: string | null): StatusTone {
  // Paid is good news, whatever is still to be done.
  if (/^(pre-?)?pa(id|yed)$/.test(code)) return "success";
  const known = group === null ? undefined : GROUPS[group];
  if (known) return known;
  for (const text of [code, group ?? ""]) {
    const found = MEANINGS.find(([pattern]) => pattern.test(text.toLowerCase()));
    if (found) return found[1];
  }
  return "quiet";
}

export function Status({ status, entries }: { status: Named; entries: readonly Entry[] }): JSX.Element {
  const group = entries.find((entry) => entry.code === status.code)?.parent ?? null;
  return (
    <span class="status">
      <i class={`status-dot tone-${statusTone(status.code, group)}`} />
      <span class="clip">{status.name}</span>
    </span>
  );
}
