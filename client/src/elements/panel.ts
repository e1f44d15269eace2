/**
 * What is inside the bell's panel: head, filters, the list by day, and what to say when there is
 * nothing, not yet anything, or an error.
 *
 * Deliberately not here: where the panel is and when it opens (bell.ts).
 */
import type { Client } from "../core/client.js";
import type { Feed } from "../core/feed.js";
import { isUnread, type Filter, type Item, type Kind } from "../core/types.js";
import type { Locale } from "../text/locale.js";
import { iconButton, make, setAttribute, setHidden, setLabel, setText, ViewList } from "./dom.js";
import { icon } from "./icons.js";
import { byDay, DayView, type Day, type RowOwner, type RowView } from "./row.js";

/** Skeletons appear only when loading is slow enough to be noticed. */
const SKELETON_MS = 300;
const NOTE_MS = 6_000;
const KINDS: readonly Kind[] = ["one_time", "task", "system", "custom", "announcement"];

export interface PanelOwner {
  locale(): Locale;
  mayCreate(): boolean;
  create(): void;
  close(): void;
  redraw(): void;
  follow(event: Event, item: Item, url: string): void;
  go(item: Item, isApart: boolean): void;
}

export class PanelView {
  readonly element = make("div", { class: "inside" });
  #owner: PanelOwner;
  #client: Client | null = null;
  #feed: Feed | null = null;
  #filter: Filter = { state: "all", kind: null };
  #heading = make("span", { class: "heading" });
  #create = iconButton("create", icon("plus"));
  #readAll = iconButton("read-all", icon("checks"));
  #close = iconButton("shut", icon("close"));
  #tabs = make("div", { class: "tabs", role: "group", part: "filters" });
  #note = make("div", { class: "note", role: "status" });
  #list = make("div", { class: "list", part: "list" });
  #days: ViewList<Day, DayView>;
  #after = make("div", { class: "after" });
  #activeId: string | null = null;
  #isSlow = false;
  #problem: { text: string; timer: unknown } | null = null;
  #drawnAfter = "";

  constructor(owner: PanelOwner) {
    this.#owner = owner;
    const rowOwner: RowOwner = {
      locale: () => owner.locale(),
      now: () => this.#client?.env.now() ?? 0,
      follow: (event, item, url) => owner.follow(event, item, url),
      go: (item, isApart) => owner.go(item, isApart),
      toggleRead: (item) => void (isUnread(item) ? this.#client?.read(item.id) : this.#client?.unread(item.id)),
      archive: (item) => this.#archive(item),
      activeId: () => this.#activeId,
    };
    const days = make("div");
    this.#days = new ViewList<Day, DayView>(days, () => new DayView(rowOwner));
    this.#list.append(days, this.#after);
    const top = make("div", { class: "top" }, this.#heading, this.#create, this.#readAll, this.#close);
    this.element.append(top, this.#tabs, this.#note, this.#list);
    this.#makeTabs();
    this.#create.addEventListener("click", () => owner.create());
    this.#readAll.addEventListener("click", () => void this.#client?.readAll());
    this.#close.addEventListener("click", () => owner.close());
    this.#list.addEventListener("keydown", (event) => this.#keyed(event));
    this.#list.addEventListener("focusin", (event) => this.#focused(event));
    this.#list.addEventListener("scroll", () => this.#loadMore(), { passive: true });
  }

  bind(client: Client | null): void {
    this.closed();
    this.#client = client;
  }

  /** The panel opened: begins a fresh list. */
  opened(): void {
    this.#show(this.#filter);
    // The list, not the first button: the next key pressed walks the items.
    this.#list.scrollTop = 0;
  }

  closed(): void {
    if (this.#feed) this.#client?.closeFeed(this.#feed);
    this.#feed = null;
    this.#activeId = null;
  }

  /** A change was taken back: says so where the user is looking. */
  failed(detail: string): void {
    const env = this.#client?.env;
    env?.clearTimeout(this.#problem?.timer);
    const end = () => {
      this.#problem = null;
      this.#owner.redraw();
    };
    this.#problem = { text: detail, timer: env?.setTimeout(end, NOTE_MS) };
    this.#owner.redraw();
  }

  draw(): void {
    const locale = this.#owner.locale();
    const unread = this.#client?.store.unread ?? 0;
    setText(this.#heading, locale.text("notifications"));
    setLabel(this.#create, locale.text("create"));
    setHidden(this.#create, !this.#owner.mayCreate());
    setLabel(this.#readAll, locale.text("mark_all_read"));
    if (this.#readAll.disabled !== (unread === 0)) this.#readAll.disabled = unread === 0;
    setLabel(this.#close, locale.text("close"));
    this.#drawTabs(locale, unread);
    this.#drawNote(locale);
    const items = this.#feed?.items() ?? [];
    this.#keepActive(items);
    const hadFocus = this.#list.contains((this.#list.getRootNode() as ShadowRoot).activeElement);
    this.#days.sync(byDay(items, locale, this.#client?.env.now() ?? 0), (day) => day.key);
    // The row that had the focus is gone: the one that took its place gets it.
    if (hadFocus && !this.#list.contains((this.#list.getRootNode() as ShadowRoot).activeElement)) {
      this.#rows().find((view) => view.item.id === this.#activeId)?.row.focus();
    }
    this.#drawAfter(locale, items.length);
    this.#loadMore();
  }

  #makeTabs(): void {
    const filters: Filter[] = [
      { state: "all", kind: null },
      { state: "unread", kind: null },
      ...KINDS.map((kind): Filter => ({ state: "all", kind })),
    ];
    for (const filter of filters) {
      const tab = make("button", { type: "button", class: "tab", "data-filter": filterKey(filter) });
      tab.addEventListener("click", () => {
        this.#show(filter);
        tab.scrollIntoView({ block: "nearest", inline: "nearest" });
      });
      this.#tabs.append(tab);
    }
  }

  #drawTabs(locale: Locale, unread: number): void {
    setAttribute(this.#tabs, "aria-label", locale.text("filter"));
    for (const tab of this.#tabs.children) {
      const key = (tab as HTMLElement).dataset["filter"] as Kind | "all" | "unread";
      const suffix = key === "unread" && unread > 0 ? ` ${locale.number(unread)}` : "";
      setText(tab, locale.text(key) + suffix);
      setAttribute(tab, "aria-pressed", String(key === filterKey(this.#filter)));
    }
  }

  #drawNote(locale: Locale): void {
    const state = this.#client?.state;
    const text =
      this.#problem?.text ??
      (state === "signed_out" ? locale.text("signed_out") : state === "waiting" ? locale.text("reconnecting") : "");
    setText(this.#note, text);
    setHidden(this.#note, text === "");
  }

  #drawAfter(locale: Locale, shown: number): void {
    const feed = this.#feed;
    const what =
      !feed || this.#client?.state === "signed_out" ? "none"
      : feed.state === "failed" ? "failed"
      : feed.state === "loading" ? (this.#isSlow ? "slow" : "none")
      : feed.isLoaded && shown === 0 && !feed.hasMore ? `empty-${filterKey(feed.filter)}`
      : "none";
    setAttribute(this.#list, "aria-busy", String(feed?.state === "loading"));
    if (this.#drawnAfter === what + locale.language) return;
    this.#drawnAfter = what + locale.language;
    if (what === "failed") this.#after.replaceChildren(this.#message(locale.text("failed"), "", "retry"));
    else if (what === "slow") this.#after.replaceChildren(...skeletons(locale.text("loading"), shown === 0 ? 5 : 1));
    else if (what === "empty-all") {
      this.#after.replaceChildren(this.#message(locale.text("empty"), locale.text("empty_all"), this.#owner.mayCreate() ? "create" : null));
    } else if (what === "empty-unread") {
      this.#after.replaceChildren(this.#message(locale.text("empty_unread"), locale.text("empty_unread_hint"), "show_all"));
    } else if (what !== "none") {
      this.#after.replaceChildren(this.#message(locale.text("empty_kind"), "", "show_all"));
    } else this.#after.replaceChildren();
  }

  #message(title: string, hint: string, action: "retry" | "create" | "show_all" | null): HTMLElement {
    const box = make("div", { class: "message" }, icon("bell"), make("b", {}, title));
    if (hint) box.append(make("span", {}, hint));
    if (!action) return box;
    const button = make("button", { type: "button" }, this.#owner.locale().text(action));
    button.addEventListener("click", () => {
      if (action === "retry") void this.#feed?.more();
      else if (action === "create") this.#owner.create();
      else this.#show({ state: "all", kind: null });
    });
    box.append(button);
    return box;
  }

  #show(filter: Filter): void {
    const client = this.#client;
    this.#filter = filter;
    if (this.#feed) client?.closeFeed(this.#feed);
    this.#activeId = null;
    this.#feed = client?.feed(filter, () => this.#owner.redraw()) ?? null;
    this.#isSlow = false;
    client?.env.setTimeout(() => {
      this.#isSlow = true;
      this.#owner.redraw();
    }, SKELETON_MS);
    void this.#feed?.more();
    this.#list.scrollTop = 0;
    this.#owner.redraw();
  }

  /** Endless scroll: the next page is asked for a screen before the end. */
  #loadMore(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    if (clientHeight === 0 || this.#feed?.state !== "idle" || !this.#feed.isLoaded) return;
    if (scrollHeight - scrollTop - clientHeight < clientHeight) void this.#feed.more();
  }

  #archive(item: Item): void {
    void this.#client?.archive(item.id);
  }

  #rows(): RowView[] {
    return [...this.#days.views.values()].flatMap((day) => [...day.rows.views.values()]).sort((a, b) =>
      a.element.compareDocumentPosition(b.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
    );
  }

  /** Keeps the active row one that exists: when it goes, the one in its place takes over. */
  #keepActive(items: readonly Item[]): void {
    if (items.some((item) => item.id === this.#activeId)) return;
    const before = this.#rows().map((view) => view.item.id);
    const index = Math.max(0, before.indexOf(this.#activeId ?? ""));
    this.#activeId = items[Math.min(index, items.length - 1)]?.id ?? null;
  }

  #focused(event: FocusEvent): void {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>(".row") : null;
    const id = row?.dataset["id"];
    if (!id || id === this.#activeId) return;
    this.#activeId = id;
    this.#owner.redraw();
  }

  #keyed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const rows = this.#rows();
    const index = rows.findIndex((view) => view.row.contains(event.target as Node));
    const view = rows[index];
    if (!view) return;
    const to = (next: number) => rows[Math.max(0, Math.min(rows.length - 1, next))]?.row.focus();
    const isOnRow = event.target === view.row;
    // `code` and not `key`: j and k are where they are on a Cyrillic keyboard as well.
    if (event.key === "ArrowDown" || event.code === "KeyJ") to(index + 1);
    else if (event.key === "ArrowUp" || event.code === "KeyK") to(index - 1);
    else if (event.key === "Home") to(0);
    else if (event.key === "End") to(rows.length - 1);
    else if (event.key === "Enter" && isOnRow) view.open(event.shiftKey);
    else if (event.code === "KeyU") void (isUnread(view.item) ? this.#client?.read(view.item.id) : this.#client?.unread(view.item.id));
    else if (event.code === "KeyE") this.#archive(view.item);
    else return;
    event.preventDefault();
  }

  /** Focus for the newly opened panel: the first item, else the list itself. */
  focus(): void {
    const first = this.#rows()[0]?.row;
    (first ?? this.#heading.parentElement?.querySelector<HTMLElement>("button:enabled:not([hidden])"))?.focus();
  }
}

function filterKey(filter: Filter): string {
  return filter.kind ?? filter.state;
}

function skeletons(label: string, count: number): HTMLElement[] {
  const bones = Array.from({ length: count }, () =>
    make("div", { class: "bone", "aria-hidden": "true" }, make("i"), make("i"), make("i")),
  );
  return [make("span", { class: "unseen" }, label), ...bones];
}
