/**
 * One popup: the item with its severity edge and a close button that is always in the same corner.
 *
 * Deliberately not here: when it comes and goes (popups.ts).
 */
import type { Item } from "../core/types.js";
import type { BellwireElement } from "./base.js";
import { button, setAttribute, setLabel, setText } from "./dom.js";
import { ICONS } from "./icons.js";
import { ItemView } from "./item-view.js";

export class CardView extends ItemView {
  // Shift+Enter and Shift+Space on the button arrive here as clicks with Shift.
  #close = button("close", ICONS.close, (event) => this.#onClose(this.item.id, event.shiftKey));
  #onClose: (id: string, isAll: boolean) => void;

  constructor(host: BellwireElement, item: Item, onClose: (id: string, isAll: boolean) => void) {
    super(host, item);
    this.#onClose = onClose;
    this.box.classList.add("card");
    setAttribute(this.box, "part", "popup");
    this.box.tabIndex = 0;
    this.side.append(this.#close);
    this.meta.append(this.time);
  }

  override draw(item: Item): void {
    super.draw(item);
    const { locale } = this.host;
    setText(this.time, locale.ago(item.created_at, this.host.now()));
    setLabel(this.#close, locale.text("close"));
  }

  protected override keyed(event: KeyboardEvent): boolean {
    if (event.key !== "Delete") return super.keyed(event);
    this.#onClose(this.item.id, event.shiftKey);
    return true;
  }
}
