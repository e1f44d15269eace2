/**
 * What is inside the bell's panel: head, filters, the list by day, and what to say when there is
 * nothing, not yet anything, or an error.
 *
 * Deliberately not here: when the panel opens (bell.ts).
 */
import { openFeed, type Feed } from "../core/feed.js";
import { PopupTimers } from "../core/popups.js";
import type { Filter, Item } from "../core/types.js";
import { PANEL_TEXTS, type PanelKey } from "../text/panel-strings.js";
import type { BellwireBell } from "./bell.js";
import { button, isInView, make, setAttribute, setHidden, setLabel, setText, ViewList } from "./dom.js";
import { icon, ICONS } from "./icons.js";
import css from "./panel.css?inline";
import { byDay, DayView, type Day } from "./row.js";
import { adopt } from "./sheet.js";

const NOTE_MS = 6_000;
const GAP = 12;
const WIDTH = 392;
const TALLEST = 560;
/** As in icons.ts. */
const CHECKS = "M18 6 7 17l-5-5M22 10l-7.5 7.5L13 16";
const PLUS = "M12 5v14M5 12h14";
const FILTERS: readonly Filter[] = ["all", "unread", "one_time", "task", "system", "custom", "announcement"];

export class PanelView {
  #host: BellwireBell;
  #bell: HTMLElement;
  #panel: HTMLElement;
  #feed: Feed | null = null;
  #filter: Filter = "all";
  #heading = make("span", "heading");
  #create = button("create", PLUS, () => this.#host.create());
  #createTask = button("create-task", ICONS.task, () => this.#host.create("task"));
  #readAll = button("read-all", CHECKS, () => this.#host.client?.readAll());
  #close = button("shut", ICONS.close, () => this.#host.close());
  #tabs = make("div", "filters", { role: "group" });
  #note = make("div", "note", { role: "status" });
  #list = make("div", "list", { tabindex: "0", role: "region" });
  #days: ViewList<Day, DayView>;
  #after = make("div");
  #drawnAfter = "";
  #problem: string | null = null;
  #timers: PopupTimers | null = null;

  constructor(host: BellwireBell, bell: HTMLElement, panel: HTMLElement) {
    this.#host = host;
    this.#bell = bell;
    this.#panel = panel;
    adopt(host.shadowRoot!, css);
    const days = make("div");
    this.#days = new ViewList<Day, DayView>(days, () => new DayView(host));
    this.#list.append(days, this.#after);
    const top = make("div", "top", {}, this.#heading, this.#createTask, this.#create, this.#readAll, this.#close);
    panel.prepend(top, this.#tabs, this.#note, this.#list);
    for (const name of FILTERS) {
      this.#tabs.append(button("filter", "", () => this.#show(name)));
    }
    this.#list.addEventListener("keydown", (event) => this.#keyed(event));
    this.#list.addEventListener("scroll", () => host.queue(), { passive: true });
    panel.addEventListener("beforetoggle", () => this.#place());
    this.#place();
  }

  /** Beneath the bell, its end at the bell's end, and always whole within the window. */
  #place = (): void => {
    const bell = this.#bell.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const isRtl = getComputedStyle(this.#bell).direction === "rtl";
    const put = (axis: string, from: number, length: number, space: number) => {
      const start = Math.max(GAP, Math.min(from, space - length - GAP));
      this.#panel.style.setProperty(`--${axis}`, `${start}px`);
    };
    put("x", isRtl ? bell.left : bell.right - WIDTH, WIDTH, clientWidth);
    put("y", bell.bottom + GAP, Math.min(TALLEST, clientHeight / 2), clientHeight);
  };

  /** The panel opened: begins a fresh list. */
  opened(): void {
    const { client } = this.#host;
    // A row that is looked at is seen like a popup; the list has no timeouts.
    this.#timers = client && new PopupTimers(client.env, () => {}, (ids) => ids.forEach((id) => void client.seen(id)));
    window.addEventListener("resize", this.#place);
    this.#show(this.#filter);
  }

  closed(): void {
    window.removeEventListener("resize", this.#place);
    this.#end();
  }

  /** So that the next arrow walks the items. */
  focus(): void {
    this.#list.focus();
  }

  #end(): void {
    if (this.#feed) this.#host.client?.closeFeed(this.#feed);
    this.#feed = null;
    this.#timers?.stop();
  }

  /** The items whose rows are in view and that nobody has seen yet. */
  #inView(items: readonly Item[]): Item[] {
    const rows = this.#rows();
    return items.filter((item, index) => !item.seen_at && rows[index] && isInView(rows[index], this.#list));
  }

  /** A change was taken back: says so where the user is looking. */
  failed(text: string): void {
    this.#problem = text;
    this.#host.client?.env.setTimeout(() => {
      if (this.#problem === text) this.#problem = null;
      this.#host.queue();
    }, NOTE_MS);
    this.#host.queue();
  }

  draw(): void {
    const { locale, client } = this.#host;
    const unread = client?.store.unread ?? 0;
    setText(this.#heading, locale.text("notifications"));
    setLabel(this.#create, this.#text("create"));
    setHidden(this.#create, !this.#mayCreate);
    setLabel(this.#createTask, this.#text("create_task"));
    setHidden(this.#createTask, !this.#mayCreateTask);
    setLabel(this.#readAll, this.#text("mark_all_read"));
    this.#readAll.disabled = unread === 0;
    setLabel(this.#close, locale.text("close"));
    FILTERS.forEach((name, index) => {
      const tab = this.#tabs.children[index]!;
      setText(tab, (name === "unread" ? locale.text(name) : this.#text(name)) + (name === "unread" && unread ? ` ${unread}` : ""));
      setAttribute(tab, "aria-pressed", String(name === this.#filter));
    });
    const state = client?.state;
    const note = this.#problem ?? (state === "signed_out" || state === "waiting" ? this.#text(state) : "");
    setText(this.#note, note);
    setHidden(this.#note, !note);
    setAttribute(this.#list, "aria-label", this.#tabs.children[FILTERS.indexOf(this.#filter)]!.textContent);
    setAttribute(this.#list, "aria-busy", String(this.#feed?.state === "loading"));
    this.#drawDays();
    this.#loadMore();
  }

  #text(key: PanelKey): string {
    return this.#host.locale.say(PANEL_TEXTS[key]);
  }

  /** Whether the bell offers to create a notification: as the client was told, or by attribute and right. */
  get #mayCreate(): boolean {
    const { options, session } = this.#host.client ?? {};
    const isAsked = !["task", null].includes(this.#host.getAttribute("create"));
    return !!(options?.mayCreate || (isAsked && session?.rights.may_send_notifications));
  }

  /** Whether it offers to create a task, likewise; that is everybody's right. */
  get #mayCreateTask(): boolean {
    return !!(this.#host.client?.options.mayCreateTask || this.#host.getAttribute("create")?.includes("task"));
  }

  #drawDays(): void {
    const { locale, client } = this.#host;
    const items = this.#feed?.items() ?? [];
    const index = this.#rows().findIndex((row) => row.matches(":focus-within"));
    this.#days.sync(byDay(items, locale, client?.env.now() ?? 0), (day) => day.key);
    // The row that had the focus is gone: the one that took its place gets it.
    const rows = this.#rows();
    if (index >= 0 && !this.#list.matches(":focus-within")) (rows[index] ?? rows.at(-1) ?? this.#list).focus();
    this.#timers?.show(client?.env.visible() ? this.#inView(items) : [], true);
    // Nobody's inbox is not an empty one.
    const feed = client?.state === "signed_out" ? null : this.#feed;
    const isEmpty = feed?.isLoaded && !items.length && !feed.hasMore;
    this.#drawAfter(feed?.state === "failed" ? "failed" : isEmpty ? (this.#filter === "unread" ? "empty_unread" : "empty") : null);
  }

  /** What stands in place of items: why, and the one next thing to do. */
  #drawAfter(title: PanelKey | "failed" | null): void {
    const { locale } = this.#host;
    const key = `${title} ${this.#filter} ${locale.language}`;
    if (this.#drawnAfter === key) return;
    this.#drawnAfter = key;
    this.#after.replaceChildren();
    if (!title) return;
    const isFailed = title === "failed";
    const way = button("", "", () => (isFailed ? this.#feed?.more() : this.#show("all")));
    way.append(isFailed ? locale.text("retry") : this.#text("all"));
    const isFirst = title === "empty" && this.#filter === "all";
    const next = isFirst ? this.#text("empty_hint") : way;
    this.#after.append(make("div", "message", {}, icon(ICONS.bell), make("b", "", {}, isFailed ? locale.text("failed") : this.#text(title)), next));
  }

  #show(name: Filter): void {
    const { client } = this.#host;
    this.#end();
    this.#filter = name;
    this.#feed = client && openFeed(client, name, () => this.#host.queue());
    void this.#feed?.more();
    this.#list.scrollTop = 0;
    this.#host.queue();
  }

  /** Endless scroll: the next page is asked for a screen before the end. */
  #loadMore(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    const feed = this.#feed;
    const isNear = clientHeight > 0 && scrollHeight - scrollTop < 2 * clientHeight;
    if (isNear && feed?.isLoaded && feed.state === "idle") void feed.more();
  }

  #rows(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>(".item")];
  }

  #keyed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const rows = this.#rows();
    const index = rows.findIndex((row) => row.matches(":focus-within"));
    // `code` and not `key`: j and k are where they are on a Cyrillic keyboard as well.
    const next =
      event.key === "ArrowDown" || event.code === "KeyJ" ? index + 1
      : event.key === "ArrowUp" || event.code === "KeyK" ? index - 1
      : event.key === "Home" ? 0
      : event.key === "End" ? rows.length - 1
      : null;
    if (next === null) return;
    event.preventDefault();
    rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
  }
}
