// History as it happened: rows that one call wrote together are one entry. Pure.
import type { HistoryRow } from "../../wire.ts";

export interface Call {
  key: number;
  at: string;
  kind: HistoryRow["kind"];
  source: HistoryRow["source"];
  by: string | null;
  rows: HistoryRow[];
}

function isSame(call: Call, row: HistoryRow): boolean {
  return call.at === row.created_at && call.kind === row.kind && call.source === row.source && call.by === row.by;
}

export function calls(rows: readonly HistoryRow[]): Call[] {
  const made: Call[] = [];
  for (const row of rows) {
    const last = made.at(-1);
    if (last && isSame(last, row)) last.rows.push(row);
    else made.push({ key: row.seq, at: row.created_at, kind: row.kind, source: row.source, by: row.by, rows: [row] });
  }
  // Within a call fields stand in the order in which they were numbered, whichever way the list runs.
  for (const call of made) call.rows.sort((a, b) => a.seq - b.seq);
  return made;
}

/** What a field was before its last change, if that is among these rows. */
export function lastChange(rows: readonly HistoryRow[], field: string): HistoryRow | undefined {
  return rows.filter((row) => row.kind === "update" && row.field === field && !row.part).sort((a, b) => b.seq - a.seq)[0];
}
