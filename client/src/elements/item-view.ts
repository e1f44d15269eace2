/**
 * What a popup and a row of the panel have in common: icon, title, text, a faint line of who and
 * when, one link, and what a click or Enter on it does.
 *
 * Deliberately not here: close button and timer (card.ts), marks and archive (row.ts).
 */
import { stands, type Item } from "../core/types.js";
import { safeHref } from "../text/body.js";
import { ActionsView } from "./actions.js";
import type { BellwireElement } from "./base.js";
import { aim, renderBody } from "./body-dom.js";
import { make, setAttribute, setHidden, setText, type View } from "./dom.js";
import { icon, iconOf } from "./icons.js";

let count = 0;

export abstract class ItemView implements View<Item> {
  readonly element = make("li");
  /** What has the focus and the keys. */
  readonly box = make("article", "item");
  item: Item;
  protected readonly host: BellwireElement;
  protected readonly title = make("div", "title", { dir: "auto" });
  protected readonly time = make("time");
  /** Beside the title. */
  protected readonly side = make("div", "side");
  protected readonly meta = make("div", "meta");
  #tile = make("span", "icon");
  #text = make("div", "body", { dir: "auto" });
  #word = make("span", "word");
  #due = make("span", "due");
  #late = make("span", "late");
  #who = make("span", "", { dir: "auto" });
  #actions: ActionsView;
  #anchor: HTMLAnchorElement | null = null;
  #drawn: Partial<Record<"title" | "body" | "url" | "icon", string>> = {};

  constructor(host: BellwireElement, item: Item) {
    this.host = host;
    this.item = item;
    this.title.id = `bw-title-${++count}`;
    this.#text.id = `bw-text-${count}`;
    setAttribute(this.box, "aria-describedby", this.#text.id);
    this.#actions = new ActionsView(host);
    this.meta.append(this.#word, this.#due, this.#late, this.#who);
    this.box.append(this.#tile, this.title, this.side, this.#text, this.meta, this.#actions.element);
    this.element.append(this.box);
    this.box.addEventListener("click", (event) => this.#clicked(event));
    this.box.addEventListener("keydown", (event) => {
      // Keys of the buttons and links inside are their own.
      if (event.target === this.box && this.keyed(event)) event.preventDefault();
    });
  }

  draw(item: Item): void {
    this.item = item;
    const { box, host } = this;
    const { locale } = host;
    setAttribute(box, "data-severity", item.severity);
    setAttribute(box, "data-kind", item.kind);
    this.#drawText(item);
    setText(this.#word, item.severity === "info" ? "" : locale.text(item.severity));
    // How many changes the item has gathered; a sign and not a word, as on any bill.
    const count = item.count > 1 && `× ${item.count}`;
    setText(this.#who, [item.sender, item.audience.join(", "), count].filter(Boolean).join(" · "));
    setAttribute(this.time, "datetime", item.created_at);
    this.#drawDue(item);
    this.#actions.draw(item);
  }

  /**
   * Until when it is put away, or when it is due unless the text says that already. How late that is only while it stands:
   * afterwards the task may have been done.
   */
  #drawDue(item: Item): void {
    const { due_at, snoozed_until } = item;
    const { locale } = this.host;
    const now = this.host.now();
    const at = snoozed_until ?? due_at;
    const late = due_at && stands(item) ? now - Date.parse(due_at) : 0;
    const isNews = at && !item.body.includes(locale.clock(at));
    setText(this.#due, isNews ? locale.text(snoozed_until ? "snoozed" : "due", locale.moment(at, now)) : "");
    setText(this.#late, late < 60_000 ? "" : locale.text("late", locale.span(late)));
  }

  /** Goes to the item's link as a click on it does; false when there is none. */
  protected open(): boolean {
    this.#anchor?.click();
    return this.#anchor !== null;
  }

  /** A key on the item itself; true when it meant something. */
  protected keyed(event: KeyboardEvent): boolean {
    if (event.key !== "Enter") return false;
    this.open();
    return true;
  }

  #drawText(item: Item): void {
    const { title } = item;
    const link = item.link ?? item.record?.url ?? "";
    // A reminder leads to the task, and that is where Bellwire is and not where this page is.
    const server = item.kind === "task" && this.host.client?.options.server;
    const url = (link && server && URL.parse(link, server)?.href) || link;
    const drawn = this.#drawn;
    const path = iconOf(item);
    if (drawn.icon !== path) this.#tile.replaceChildren(icon(path));
    if (drawn.title !== title || drawn.url !== url) this.#drawTitle(title, url);
    if (drawn.body !== item.body) this.#text.replaceChildren(renderBody(item.body));
    setAttribute(this.box, "aria-labelledby", title ? this.title.id : this.#text.id);
    this.#drawn = { title, body: item.body, url, icon: path };
  }

  /** A real link where there is one, so that it can be opened in every way a link can. */
  #drawTitle(title: string, url: string): void {
    const link = safeHref(url, location.origin);
    this.#anchor = link && make("a", "link", { tabindex: "-1" });
    if (link && this.#anchor) {
      aim(this.#anchor, link);
      // The title may hold markup, even a link, which a link may not.
      setText(this.#anchor, renderBody(title).textContent!);
    }
    this.title.replaceChildren(this.#anchor ?? renderBody(title));
    setHidden(this.title, title === "");
    this.box.classList.toggle("bare", title === "");
    this.box.classList.toggle("linked", link !== null);
  }

  #clicked(event: MouseEvent): void {
    const target = event.composedPath()[0] as Element;
    if (target.closest("button")) return;
    const anchor = target.closest("a");
    if (anchor) this.host.follow(event, this.item, anchor.href);
    // A click that ends a selection is reading, not following.
    else if (!String(getSelection())) this.open();
  }
}
