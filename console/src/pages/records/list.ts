// A list of records: pages of the server, kept current by the notifications that tell of its records and by looking
// again. This has the order, the cursor, the total, and which rows have just changed.
import { effect, signal } from "@preact/signals";
import { api, isProblem, type Problem } from "../../http.ts";
import { onItem, restarts } from "../../live.tsx";
import { Glow } from "../../glow.ts";
import { asProblem } from "../../resource.ts";
import type { Item, RecordCard, RecordPage, RecordRow, RecordType } from "../../wire.ts";
import { compareRows, mergeHead, pathOf, type RecordFilter } from "./filter.ts";
import { apiOf } from "./type.ts";

/** Several changes that arrive together are one look. */
const GATHER_MS = 250;

export class RecordList {
  readonly #glow = new Glow();
  readonly glowing = this.#glow.ids;
  /** Undefined until the first page is there. */
  readonly items = signal<RecordRow[] | undefined>(undefined);
  readonly total = signal(0);
  readonly next = signal<string | null>(null);
  readonly loading = signal(false);
  readonly problem = signal<Problem | null>(null);
  #touched = new Set<string>();
  #timer = 0;
  #turn = 0;

  constructor(
    readonly type: RecordType,
    readonly filter: RecordFilter,
    readonly zone: string,
  ) {}

  /** Starts listening and reads the first page; returns what ends it. */
  start(): () => void {
    const stopItems = onItem((item) => this.#heard(item));
    const stopRestarts = effect(() => {
      restarts.value;
      void this.reload();
    });
    return () => {
      clearTimeout(this.#timer);
      stopItems();
      stopRestarts();
    };
  }

  /** The first page again; rows that it brings or changes glow. */
  async reload(): Promise<void> {
    const mine = ++this.#turn;
    try {
      const page = await this.#page(null);
      if (mine !== this.#turn) return;
      const before = this.items.peek();
      const merged = mergeHead(page.items, before ?? [], this.filter.order, page.next !== null);
      if (before) this.#glow.add(page.items.filter((row) => before.find((known) => known.id === row.id)?.changed_at !== row.changed_at));
      if (!before || JSON.stringify(before) !== JSON.stringify(merged)) this.items.value = merged;
      if (merged.length === page.items.length) this.next.value = page.next;
      this.total.value = page.total;
      this.problem.value = null;
    } catch (error) {
      if (mine === this.#turn) this.problem.value = asProblem(error);
    }
  }

  async more(): Promise<void> {
    const cursor = this.next.peek();
    if (!cursor || this.loading.peek()) return;
    this.loading.value = true;
    try {
      const page = await this.#page(cursor);
      if (this.next.peek() !== cursor) return;
      const known = new Set(this.items.peek()?.map((row) => row.id));
      this.items.value = [...(this.items.peek() ?? []), ...page.items.filter((row) => !known.has(row.id))];
      this.next.value = page.next;
      this.problem.value = null;
    } catch (error) {
      this.problem.value = asProblem(error);
    } finally {
      this.loading.value = false;
    }
  }

  /** Reads these rows again, because they were changed from here. */
  async refresh(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#readAgain(id)));
  }

  #page(cursor: string | null): Promise<RecordPage> {
    return api.get<RecordPage>(pathOf(this.type, this.filter, this.zone, cursor));
  }

  #heard(item: Item): void {
    if (item.record?.type !== this.type) return;
    this.#touched.add(item.record.id);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#look(), GATHER_MS);
  }

  /** A row that is shown is read again; whether another one belongs here, only the server knows. */
  async #look(): Promise<void> {
    const ids = [...this.#touched];
    this.#touched.clear();
    const shown = new Set(this.items.peek()?.map((row) => row.id));
    await this.refresh(ids.filter((id) => shown.has(id)));
    if (ids.some((id) => !shown.has(id))) await this.reload();
  }

  async #readAgain(id: string): Promise<void> {
    try {
      const row = await api.get<RecordCard>(apiOf(this.type, id));
      const rows = this.items.peek() ?? [];
      const before = rows.find((known) => known.id === id);
      if (!before) return;
      const next = rows.map((known) => (known.id === id ? row : known));
      // Stable: only what changed its rank moves.
      this.items.value = next.sort((a, b) => compareRows(a, b, this.filter.order));
      if (before.changed_at !== row.changed_at) this.#glow.add([row]);
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.status === 404 || error.status === 403) this.items.value = (this.items.peek() ?? []).filter((row) => row.id !== id);
    }
  }
}
