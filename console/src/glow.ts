// Which rows of a list have just come or changed: they glow for a moment.
import { signal } from "@preact/signals";

const GLOW_MS = 2_400;

export class Glow {
  readonly ids = signal<ReadonlySet<string>>(new Set());

  add(rows: readonly { id: string }[]): void {
    if (rows.length === 0) return;
    const bright = rows.map((row) => row.id);
    this.ids.value = new Set([...this.ids.peek(), ...bright]);
    setTimeout(() => {
      this.ids.value = new Set([...this.ids.peek()].filter((id) => !bright.includes(id)));
    }, GLOW_MS);
  }
}
