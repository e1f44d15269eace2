/**
 * One popup: severity edge, icon, title, body, a faint line of who and when, and its close button.
 *
 * Deliberately not here: when it comes and goes (popups.ts).
 */
import type { Item, Severity } from "../core/types.js";
import { plainText, safeHref } from "../text/body.js";
import type { Locale } from "../text/locale.js";
import { aim, renderBody } from "./body-dom.js";
import { iconButton, make, setAttribute, setHidden, setText, type View } from "./dom.js";
import { icon, iconOf } from "./icons.js";

export interface CardOwner {
  locale(): Locale;
  now(): number;
  /** The close button, or Delete on the card. */
  close(id: string, isAll: boolean): void;
  /** A click on an anchor that leads to the item's link. */
  follow(event: Event, item: Item, url: string): void;
  /** A click on the card beside any anchor, or Enter. */
  go(item: Item, isApart: boolean): void;
}

let count = 0;

export class CardView implements View<Item> {
  readonly element = make("li", { class: "slot" });
  readonly card = make("article", { class: "card", part: "popup", tabindex: "0" });
  item: Item;
  #owner: CardOwner;
  #tile = make("span", { class: "tile", part: "icon" });
  #title = make("div", { class: "title", part: "title", dir: "auto" });
  #body = make("div", { class: "text", part: "body", dir: "auto" });
  #meta = make("div", { class: "meta", part: "meta" });
  #word = make("span", { class: "word" });
  #who = make("span", { dir: "auto" });
  #time = make("time");
  #close = iconButton("close", icon("close"));
  #drawn = { title: "", body: "", link: "", icon: "" };

  constructor(owner: CardOwner, item: Item) {
    this.#owner = owner;
    this.item = item;
    this.#title.id = `bw-title-${++count}`;
    this.#body.id = `bw-body-${count}`;
    this.card.setAttribute("aria-describedby", this.#body.id);
    this.#meta.append(this.#word, this.#who, this.#time);
    this.card.append(this.#tile, this.#title, this.#close, this.#body, this.#meta);
    this.element.append(this.card);
    this.#close.addEventListener("click", (event) => {
      event.stopPropagation();
      owner.close(this.item.id, event.shiftKey);
    });
    this.card.addEventListener("click", (event) => this.#clicked(event));
    this.card.addEventListener("keydown", (event) => this.#keyed(event));
  }

  draw(item: Item): void {
    this.item = item;
    setAttribute(this.card, "data-severity", item.severity);
    setAttribute(this.card, "data-kind", item.kind);
    this.#drawText(item);
    const locale = this.#owner.locale();
    const word = wordOf(item.severity);
    setText(this.#word, word === null ? "" : locale.text(word));
    setText(this.#who, whoOf(item, locale));
    setText(this.#time, locale.ago(item.created_at, this.#owner.now()));
    setAttribute(this.#time, "datetime", item.created_at);
    setAttribute(this.#time, "title", locale.full(item.created_at));
    setAttribute(this.#close, "aria-label", locale.text("close"));
    setAttribute(this.#close, "title", `${locale.text("close")}. ${locale.text("hint")}`);
  }

  #drawText(item: Item): void {
    const drawn = this.#drawn;
    const name = iconOf(item);
    if (drawn.icon !== name) this.#tile.replaceChildren(icon(name));
    if (drawn.title !== item.title || drawn.link !== item.link) {
      this.#title.replaceChildren(titleOf(item, (event, url) => this.#owner.follow(event, this.item, url)));
    }
    if (drawn.body !== item.body) this.#body.replaceChildren(renderBody(item.body));
    const hasTitle = item.title !== "";
    setHidden(this.#title, !hasTitle);
    this.card.classList.toggle("bare", !hasTitle);
    this.card.classList.toggle("linked", item.link !== null);
    setAttribute(this.card, "aria-labelledby", hasTitle ? this.#title.id : this.#body.id);
    this.#drawn = { title: item.title, body: item.body, link: item.link ?? "", icon: name };
  }

  #clicked(event: MouseEvent): void {
    const target = event.composedPath()[0];
    const anchor = target instanceof Element ? target.closest("a") : null;
    if (anchor) {
      if (!this.#title.contains(anchor)) this.#owner.follow(event, this.item, anchor.href);
      return;
    }
    // A click that ends a selection is reading, not following.
    if (getSelection()?.toString()) return;
    this.#owner.go(this.item, event.ctrlKey || event.metaKey);
  }

  #keyed(event: KeyboardEvent): void {
    if (event.target !== this.card) return;
    if (event.key === "Delete") this.#owner.close(this.item.id, event.shiftKey);
    else if (event.key === "Enter") this.#owner.go(this.item, event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  }
}

/** The title as text, or as a real link so that it can be opened in every way a link can. */
export function titleOf(item: Item, follow: (event: Event, url: string) => void): Node {
  const link = item.link === null ? null : safeHref(item.link, location.origin);
  if (!link) return renderBody(item.title);
  const anchor = make("a", { class: "link" });
  aim(anchor, link);
  // The title may hold markup, a link within a link it may not.
  anchor.textContent = plainText(item.title);
  anchor.addEventListener("click", (event) => follow(event, link.href));
  return anchor;
}

/** Severity as a word, where colour alone would have to say it. */
export function wordOf(severity: Severity): "severity_success" | "severity_warning" | "severity_error" | null {
  return severity === "info" ? null : `severity_${severity}`;
}

/** Sender, groups, number of changes. */
export function whoOf(item: Item, locale: Locale): string {
  const parts = [item.sender ?? "", item.audience.join(", ")];
  if (item.count > 1) parts.push(locale.text("changes", item.count));
  return parts.filter(Boolean).join(" · ");
}

