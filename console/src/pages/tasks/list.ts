// A list of tasks: pages of the server, kept current by reminders, by what is done to tasks from here, and by looking
// again. This has the cursor, the counts, and which rows have just changed; the order is the server's.
import { effect, signal } from "@preact/signals";
import { api, type Problem } from "../../http.ts";
import { onItem, restarts } from "../../live.tsx";
import { Glow } from "../../glow.ts";
import { asProblem } from "../../resource.ts";
import type { Task, TaskCounts, TaskPage } from "../../wire.ts";
import { PAGE, pathOf, type TaskFilter } from "./filter.ts";
import { overdue, taskChanges } from "./state.ts";

/** Several changes that arrive together are one look. */
const GATHER_MS = 250;
const MOST_AGAIN = 5;

export interface TaskListOptions {
  /** Tasks of a page. */
  limit?: number;
  /** So many pages are read at once: a week is wanted whole. */
  pages?: number;
}

export class TaskList {
  readonly #glow = new Glow();
  readonly glowing = this.#glow.ids;
  /** Undefined until the first page is there. */
  readonly items = signal<Task[] | undefined>(undefined);
  readonly total = signal(0);
  readonly counts = signal<TaskCounts | null>(null);
  readonly next = signal<string | null>(null);
  readonly loading = signal(false);
  readonly problem = signal<Problem | null>(null);
  #pages: number;
  #limit: number;
  #timer = 0;
  #turn = 0;

  constructor(
    readonly filter: TaskFilter,
    readonly zone: string,
    { limit = PAGE, pages = 1 }: TaskListOptions = {},
  ) {
    this.#limit = limit;
    this.#pages = pages;
  }

  /** Read on so far that to look again without a reason would cost too much. */
  get isLong(): boolean {
    return this.#pages > MOST_AGAIN;
  }

  /** Starts listening and reads the first page; returns what ends it. */
  start(): () => void {
    const stopItems = onItem((item) => (item.kind === "task" ? this.#soon() : undefined));
    const stopSigns = effect(() => {
      restarts.value;
      taskChanges.value;
      void this.reload();
    });
    return () => {
      clearTimeout(this.#timer);
      stopItems();
      stopSigns();
    };
  }

  /** As many pages again as are shown; rows that come or change glow. */
  async reload(): Promise<void> {
    const mine = ++this.#turn;
    try {
      const items: Task[] = [];
      let next: string | null = null;
      for (let at = 0; at < this.#pages; at += 1) {
        const page = await this.#page(next);
        if (mine !== this.#turn) return;
        items.push(...page.items);
        this.#count(page);
        next = page.next;
        if (!next) break;
      }
      const before = this.items.peek();
      if (before) this.#glow.add(items.filter((task) => before.find((known) => known.id === task.id)?.changed_at !== task.changed_at));
      if (!before || JSON.stringify(before) !== JSON.stringify(items)) this.items.value = items;
      this.next.value = next;
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
      const known = new Set(this.items.peek()?.map((task) => task.id));
      this.items.value = [...(this.items.peek() ?? []), ...page.items.filter((task) => !known.has(task.id))];
      this.next.value = page.next;
      this.#pages += 1;
      this.#count(page);
      this.problem.value = null;
    } catch (error) {
      this.problem.value = asProblem(error);
    } finally {
      this.loading.value = false;
    }
  }

  /** Shows a change before the server has answered; what it says replaces this. */
  put(id: string, part: Partial<Task>): void {
    const items = this.items.peek();
    if (items) this.items.value = items.map((task) => (task.id === id ? { ...task, ...part } : task));
  }

  #page(cursor: string | null): Promise<TaskPage> {
    return api.get<TaskPage>(pathOf(this.filter, this.zone, cursor, this.#limit));
  }

  #count({ total, counts }: TaskPage): void {
    this.total.value = total;
    this.counts.value = counts;
    overdue.value = counts.overdue;
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.reload(), GATHER_MS);
  }
}
