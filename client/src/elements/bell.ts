/**
 * <bellwire-bell>: the button with the unread count, and the panel that it opens.
 *
 * Deliberately not here: the inside of the panel (panel.ts) and the popups (popups.ts).
 */
import { BellwireElement } from "./base.js";
import css from "./bell.css?inline";
import { iconButton, make, setAttribute, setHidden, setLabel, setText } from "./dom.js";
import { icon } from "./icons.js";
import { PanelView } from "./panel.js";
import { offerPanel, setPanelOpen } from "./shared.js";
import { sheetOf } from "./sheet.js";

const sheet = sheetOf(css);
/** Beyond this a count says nothing more. */
const MOST_SHOWN = 99;
const GAP = 8;
const TALLEST = 560;

export class BellwireBell extends BellwireElement {
  static override observedAttributes = [...BellwireElement.observedAttributes, "create"];

  #button = iconButton("bell", icon("bell"));
  #badge = make("span", { class: "badge", part: "badge", "aria-hidden": "true" });
  #panel = make("div", { class: "panel", part: "panel", popover: "auto", role: "dialog", tabindex: "-1" });
  #inside = new PanelView({
    locale: () => this.locale,
    mayCreate: () => this.hasAttribute("create") || (this.client?.options.mayCreate ?? false),
    create: () => this.#create(),
    close: () => this.#panel.hidePopover(),
    redraw: () => this.queue(),
    follow: (event, item, url) => this.follow(event, item, url),
    go: (item, isApart) => this.go(item, isApart),
  });

  constructor() {
    super(sheet);
    this.#button.append(this.#badge);
    setAttribute(this.#button, "aria-haspopup", "dialog");
    this.#panel.append(this.#inside.element, make("slot", { name: "footer" }));
    this.root.append(this.#button, this.#panel);
    // The browser ties the two together: light dismiss, Escape, focus back to the button.
    this.#button.popoverTargetElement = this.#panel;
    this.#panel.addEventListener("beforetoggle", (event) => this.#toggles(event.newState === "open"));
    this.#panel.addEventListener("toggle", (event) => event.newState === "open" && this.#panel.focus());
  }

  /** Opens the panel. */
  open(): void {
    if (!this.#panel.matches(":popover-open")) this.#panel.showPopover();
  }

  close(): void {
    if (this.#panel.matches(":popover-open")) this.#panel.hidePopover();
  }

  protected override connected(until: (end: () => void) => void): void {
    until(offerPanel(() => this.open()));
    const place = () => this.#panel.matches(":popover-open") && this.#place();
    window.addEventListener("resize", place);
    window.addEventListener("scroll", place, { passive: true });
    until(() => window.removeEventListener("resize", place));
    until(() => window.removeEventListener("scroll", place));
    const onKey = (event: KeyboardEvent) => this.#keyed(event);
    this.#panel.addEventListener("keydown", onKey);
    until(() => this.#panel.removeEventListener("keydown", onKey));
  }

  protected override disconnected(): void {
    setPanelOpen(false);
  }

  protected override bound(until: (end: () => void) => void): void {
    this.#inside.bind(this.client);
    const { client } = this;
    if (!client) return;
    until(client.on("error", (error) => this.#inside.failed(error.detail || this.locale.text("not_done"))));
    if (this.#panel.matches(":popover-open")) this.#inside.opened();
  }

  protected override draw(): void {
    const unread = this.client?.store.unread ?? 0;
    const { locale } = this;
    setLabel(this.#button, unread ? locale.text("unread_count", unread) : locale.text("notifications"));
    setText(this.#badge, unread > MOST_SHOWN ? `${MOST_SHOWN}+` : locale.number(unread));
    setHidden(this.#badge, unread === 0);
    setAttribute(this.#panel, "aria-label", locale.text("notifications"));
    if (this.#panel.matches(":popover-open")) this.#inside.draw();
  }

  #toggles(isOpen: boolean): void {
    setPanelOpen(isOpen);
    setAttribute(this.#button, "aria-expanded", String(isOpen));
    this.#button.classList.toggle("on", isOpen);
    if (isOpen) {
      this.#inside.opened();
      this.#inside.draw();
      this.#place();
    } else this.#inside.closed();
  }

  /** Beneath the bell, its end at the bell's end; above it where there is more room. */
  #place(): void {
    const bell = this.#button.getBoundingClientRect();
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const isRtl = getComputedStyle(this.root).direction === "rtl";
    const below = height - bell.bottom - 2 * GAP;
    const isBelow = below >= Math.min(320, bell.top);
    const panelWidth = Math.min(392, width - 2 * GAP);
    const wanted = isRtl ? bell.left : bell.right - panelWidth;
    const style = this.#panel.style;
    style.setProperty("--x", `${Math.max(GAP, Math.min(wanted, width - panelWidth - GAP))}px`);
    style.setProperty("--top", isBelow ? `${Math.max(GAP, bell.bottom + GAP)}px` : "auto");
    style.setProperty("--bottom", isBelow ? "auto" : `${height - bell.top + GAP}px`);
    style.setProperty("--tall", `${Math.min(TALLEST, isBelow ? below : bell.top - 2 * GAP)}px`);
  }

  #create(): void {
    this.#panel.hidePopover();
    this.emit("create", {});
  }

  /** From the panel itself the first arrow goes into the list. */
  #keyed(event: KeyboardEvent): void {
    const isDown = event.key === "ArrowDown" || event.code === "KeyJ";
    if (event.target !== this.#panel || !isDown || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#inside.focus();
  }
}
