/**
 * <bellwire-bell>: the button with the unread count, and the panel that it opens.
 *
 * Deliberately not here: the inside of the panel (panel.ts), which comes later (lazy.ts), and the popups (popups.ts).
 */
import { BellwireElement } from "./base.js";
import css from "./bell.css?inline";
import { button, make, setAttribute, setHidden, setLabel, setText } from "./dom.js";
import { ICONS } from "./icons.js";
import { later, loadLater, prefetchLater, type Later } from "./lazy.js";
import type { PanelView } from "./panel.js";
import { offerPanel, setPanelOpen } from "./shared.js";

/** Beyond this a count says nothing more. */
const MOST_SHOWN = 99;

export class BellwireBell extends BellwireElement {
  static override observedAttributes = [...BellwireElement.observedAttributes, "create"];

  #button = button("bell", ICONS.bell, () => {});
  #badge = make("span", "badge", { "aria-hidden": "true" });
  #panel = make("div", "panel", { popover: "auto", role: "dialog" });
  /** In place of the inside, when that cannot be had. */
  #failed = make("div", "message", { role: "alert" });
  #retry = button("", "", () => this.#fill());
  #inside: PanelView | null = null;

  constructor() {
    super(css);
    this.#button.append(this.#badge);
    setAttribute(this.#button, "aria-haspopup", "dialog");
    this.#panel.append(this.#failed, make("slot", "", { name: "footer" }));
    this.root.append(this.#button, this.#panel);
    // The browser ties the two together: light dismiss, Escape, focus back to the button.
    this.#button.popoverTargetElement = this.#panel;
    this.#panel.addEventListener("beforetoggle", () => later && this.#build(later));
    // Only afterwards, because no popover may come or go while another does.
    this.#panel.addEventListener("toggle", () => this.#toggled());
  }

  get isOpen(): boolean {
    return this.#panel.matches(":popover-open");
  }

  /** Opens the panel. */
  open(): void {
    if (this.isConnected && !this.isOpen) this.#panel.showPopover();
  }

  close(): void {
    if (this.isOpen) this.#panel.hidePopover();
  }

  /** Asks the host to create something. */
  create(what: "notification" | "task" = "notification"): void {
    this.close();
    this.emit("create", { what });
  }

  protected override connected(until: (end: () => void) => void): void {
    until(() => setPanelOpen(false));
    prefetchLater();
    offerPanel(() => this.open());
  }

  protected override bound(until: (end: () => void) => void): void {
    const { client } = this;
    this.#inside?.closed();
    if (!client) return;
    until(client.on("error", (error) => this.#inside?.failed(error.problem.detail || this.locale.text("not_done"))));
    if (this.isOpen) this.#inside?.opened();
  }

  protected override draw(): void {
    const unread = this.client?.store.unread ?? 0;
    const label = this.locale.text("notifications");
    setLabel(this.#button, unread ? `${label}. ${this.locale.text("unread")}: ${unread}` : label);
    setText(this.#badge, unread > MOST_SHOWN ? `${MOST_SHOWN}+` : String(unread));
    setHidden(this.#badge, unread === 0);
    setAttribute(this.#panel, "aria-label", label);
    if (this.isOpen) this.#inside?.draw();
  }

  #toggled(): void {
    const { isOpen } = this;
    setPanelOpen(isOpen);
    setAttribute(this.#button, "aria-expanded", String(isOpen));
    if (isOpen) void this.#fill();
    else this.#inside?.closed();
  }

  #build({ PanelView }: Later): void {
    this.#inside ??= new PanelView(this, this.#button, this.#panel);
  }

  /** Opened before its inside has come, the panel says that it waits, and if it waits in vain. */
  async #fill(): Promise<void> {
    const wait = (isWaiting: boolean) => setAttribute(this.#panel, "aria-busy", String(isWaiting));
    this.#failed.replaceChildren();
    try {
      wait(!later);
      this.#build(later ?? (await loadLater()));
      if (!this.isOpen) return;
      this.#inside!.opened();
      this.#inside!.focus();
    } catch {
      setText(this.#retry, this.locale.text("retry"));
      this.#failed.append(this.locale.text("failed"), " ", this.#retry);
    } finally {
      wait(false);
    }
  }
}
