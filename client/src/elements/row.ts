/**
 * One item in the panel, and a day that groups such items.
 *
 * Deliberately not here: which items there are (core/feed.ts) and how the arrows move among them (panel.ts).
 */
import { isUnread, type Item } from "../core/types.js";
import type { Locale } from "../text/locale.js";
import { PANEL_TEXTS } from "../text/panel-strings.js";
import type { BellwireElement } from "./base.js";
import { button, make, setAttribute, setHidden, setLabel, setText, ViewList, type View } from "./dom.js";
import { ItemView } from "./item-view.js";

/** As in icons.ts. */
const CHECK = "M20 6 9 17l-5-5";
const ARCHIVE = "M3 4h18v4H3zM5 8v12h14V8M10 12h4";

export class RowView extends ItemView {
  #locale: Locale | null = null;
  #new = make("span", "unseen");
  #read = button("read", CHECK, () => this.#toggleRead());
  #archive = button("archive", ARCHIVE, () => this.#putAway());

  constructor(host: BellwireElement, item: Item) {
    super(host, item);
    this.box.tabIndex = -1;
    this.side.append(this.#new, this.time);
    this.box.append(make("div", "acts", {}, this.#read, this.#archive));
  }

  override draw(item: Item): void {
    const { locale } = this.host;
    // A list may hold a thousand rows, of which one has changed.
    if (item === this.item && locale === this.#locale && !item.due_at) return;
    this.#locale = locale;
    super.draw(item);
    const isNew = isUnread(item);
    this.box.classList.toggle("new", isNew);
    setText(this.#new, isNew ? locale.text("unread") : "");
    setText(this.time, locale.clock(item.created_at));
    setLabel(this.#read, locale.say(PANEL_TEXTS[isNew ? "mark_read" : "mark_unread"]));
    setLabel(this.#archive, locale.say(PANEL_TEXTS.archive));
    setHidden(this.#archive, item.archived_at !== null);
  }

  /** Without a link to go to, the text unfolds and the item is read. */
  protected override open(): boolean {
    if (super.open()) return true;
    this.box.classList.toggle("whole");
    if (isUnread(this.item)) this.#toggleRead();
    return true;
  }

  protected override keyed(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    // `code` and not `key`: the same place on a Cyrillic keyboard.
    if (event.code === "KeyU") this.#toggleRead();
    else if (event.code === "KeyE") this.#putAway();
    else return super.keyed(event);
    return true;
  }

  #toggleRead(): void {
    const { id } = this.item;
    void (isUnread(this.item) ? this.host.client?.read(id) : this.host.client?.unread(id));
  }

  #putAway(): void {
    void this.host.client?.archive(this.item.id);
  }
}

export interface Day {
  key: string;
  label: string;
  items: Item[];
}

export class DayView implements View<Day> {
  readonly element = make("div", "", { role: "group" });
  #label = make("div", "day", { "aria-hidden": "true" });
  #rows: ViewList<Item, RowView>;

  constructor(host: BellwireElement) {
    const list = make("ul", "", { role: "list" });
    this.#rows = new ViewList<Item, RowView>(list, (item) => new RowView(host, item));
    this.element.append(this.#label, list);
  }

  draw(day: Day): void {
    setText(this.#label, day.label);
    setAttribute(this.element, "aria-label", day.label);
    this.#rows.sync(day.items, (item) => item.id);
  }
}

/** Groups items, newest first, by the day in the reader's zone. */
export function byDay(items: readonly Item[], locale: Locale, now: number): Day[] {
  const days: Day[] = [];
  for (const item of items) {
    const key = locale.dayKey(item.created_at);
    const last = days.at(-1);
    if (last?.key === key) last.items.push(item);
    else days.push({ key, label: locale.dayLabel(item.created_at, now), items: [item] });
  }
  return days;
}
