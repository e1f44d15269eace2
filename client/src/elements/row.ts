/**
 * One item in the panel, and a day that groups such items.
 *
 * Deliberately not here: which items there are (core/feed.ts) and how the keys move among them (panel.ts).
 */
import { isUnread, type Item } from "../core/types.js";
import type { Locale } from "../text/locale.js";
import { renderBody } from "./body-dom.js";
import { titleOf, whoOf, wordOf } from "./card.js";
import { iconButton, make, setAttribute, setHidden, setLabel, setText, ViewList, type View } from "./dom.js";
import { icon, iconOf } from "./icons.js";

export interface RowOwner {
  locale(): Locale;
  now(): number;
  follow(event: Event, item: Item, url: string): void;
  go(item: Item, isApart: boolean): void;
  /** Reads an unread item, and the other way round. */
  toggleRead(item: Item): void;
  archive(item: Item): void;
  /** The row that Tab reaches. */
  activeId(): string | null;
}

let count = 0;

export class RowView implements View<Item> {
  readonly element = make("li");
  readonly row = make("article", { class: "row", part: "item", tabindex: "-1" });
  item: Item;
  #owner: RowOwner;
  #tile = make("span", { class: "tile", part: "icon" });
  #title = make("div", { class: "title", dir: "auto" });
  #new = make("span", { class: "unseen" });
  #time = make("time");
  #body = make("div", { class: "text", dir: "auto" });
  #meta = make("div", { class: "meta" });
  #word = make("span", { class: "word" });
  #who = make("span", { dir: "auto" });
  #read = iconButton("read", icon("check"));
  #archive = iconButton("archive", icon("archive"));
  #drawn = { title: "", body: "", link: "", icon: "" };

  constructor(owner: RowOwner, item: Item) {
    this.#owner = owner;
    this.item = item;
    this.#title.id = `bw-row-${++count}`;
    this.#body.id = `bw-text-${count}`;
    this.row.setAttribute("aria-labelledby", this.#title.id);
    this.row.setAttribute("aria-describedby", this.#body.id);
    this.#meta.append(this.#word, this.#who);
    const acts = make("div", { class: "acts" }, this.#read, this.#archive);
    const head = make("div", { class: "head" }, this.#title, this.#time);
    this.row.append(this.#tile, head, this.#body, this.#meta, acts);
    this.element.append(this.row);
    this.#read.addEventListener("click", () => owner.toggleRead(this.item));
    this.#archive.addEventListener("click", () => owner.archive(this.item));
    this.row.addEventListener("click", (event) => this.#clicked(event));
  }

  draw(item: Item): void {
    this.item = item;
    const { row } = this;
    const locale = this.#owner.locale();
    const isNew = isUnread(item);
    setAttribute(row, "data-severity", item.severity);
    setAttribute(row, "data-kind", item.kind);
    setAttribute(row, "data-id", item.id);
    row.classList.toggle("new", isNew);
    row.classList.toggle("linked", item.link !== null);
    this.#drawText(item);
    setText(this.#new, isNew ? ` (${locale.text("unread")})` : "");
    setText(this.#time, locale.clock(item.created_at));
    setAttribute(this.#time, "datetime", item.created_at);
    setAttribute(this.#time, "title", locale.full(item.created_at));
    const word = wordOf(item.severity);
    setText(this.#word, word === null ? "" : locale.text(word));
    setText(this.#who, whoOf(item, locale));
    setHidden(this.#meta, word === null && this.#who.textContent === "");
    setLabel(this.#read, locale.text(isNew ? "mark_read" : "mark_unread"));
    setLabel(this.#archive, locale.text("archive"));
    setHidden(this.#archive, item.archived_at !== null);
    // One stop for Tab in the whole list; the buttons are stops only in that row.
    const stop = this.#owner.activeId() === item.id ? "0" : "-1";
    for (const element of [row, this.#read, this.#archive, ...row.querySelectorAll("a")]) {
      setAttribute(element, "tabindex", stop);
    }
  }

  /** Opens the item as a click does: goes to its link, or unfolds its text. */
  open(isApart: boolean): void {
    if (this.item.link !== null) return this.#owner.go(this.item, isApart);
    this.row.classList.toggle("whole");
    if (isUnread(this.item)) this.#owner.toggleRead(this.item);
  }

  #drawText(item: Item): void {
    const drawn = this.#drawn;
    const name = iconOf(item);
    if (drawn.icon !== name) this.#tile.replaceChildren(icon(name));
    if (drawn.title !== item.title || drawn.link !== (item.link ?? "") || !this.#new.isConnected) {
      const follow = (event: Event, url: string) => this.#owner.follow(event, this.item, url);
      this.#title.replaceChildren(titleOf(item, follow), this.#new);
    }
    if (drawn.body !== item.body) this.#body.replaceChildren(renderBody(item.body));
    this.row.classList.toggle("bare", item.title === "");
    this.#drawn = { title: item.title, body: item.body, link: item.link ?? "", icon: name };
  }

  #clicked(event: MouseEvent): void {
    const target = event.composedPath()[0];
    if (!(target instanceof Element) || target.closest("button")) return;
    const anchor = target.closest("a");
    if (anchor) {
      if (!this.#title.contains(anchor)) this.#owner.follow(event, this.item, anchor.href);
      return;
    }
    if (getSelection()?.toString()) return;
    this.open(event.ctrlKey || event.metaKey);
  }
}

export interface Day {
  key: string;
  label: string;
  items: Item[];
}

export class DayView implements View<Day> {
  readonly element = make("div", { role: "group" });
  readonly rows: ViewList<Item, RowView>;
  #label = make("div", { class: "day", "aria-hidden": "true" });

  constructor(owner: RowOwner) {
    const list = make("ul", { role: "list" });
    this.rows = new ViewList<Item, RowView>(list, (item) => new RowView(owner, item));
    this.element.append(this.#label, list);
  }

  draw(day: Day): void {
    setText(this.#label, day.label);
    setAttribute(this.element, "aria-label", day.label);
    this.rows.sync(day.items, (item) => item.id);
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
