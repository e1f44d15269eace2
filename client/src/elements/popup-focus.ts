/**
 * Focus among the popups: F8 goes in, Escape back to where the user was, and closing the focused
 * card hands the focus on. Nothing here ever moves the focus without a key pressed inside.
 *
 * Deliberately not here: what the keys on a card do (card.ts).
 */
import type { CardView } from "./card.js";

export class PopupFocus {
  #host: HTMLElement;
  #region: HTMLElement;
  #cameFrom: HTMLElement | null = null;

  constructor(host: HTMLElement, region: HTMLElement) {
    this.#host = host;
    this.#region = region;
  }

  /** Whether somebody is in here by keyboard; a button that was clicked does not count. */
  get isInside(): boolean {
    return this.#region.querySelector(":focus-visible") !== null;
  }

  /** Listens to the page; returns what ends that. */
  listen(): () => void {
    const onKey = (event: KeyboardEvent) => this.#keyed(event);
    const onFocus = (event: FocusEvent) => this.#entered(event);
    document.addEventListener("keydown", onKey);
    this.#region.addEventListener("focusin", onFocus);
    return () => {
      document.removeEventListener("keydown", onKey);
      this.#region.removeEventListener("focusin", onFocus);
      this.#cameFrom = null;
    };
  }

  /** Notes which card has the focus; call the result with the cards that are left. */
  remember(before: readonly CardView[]): (after: readonly CardView[]) => void {
    const active = (this.#region.getRootNode() as ShadowRoot).activeElement;
    const index = before.findIndex((view) => view.element.contains(active));
    const hadFocus = active !== null && this.#region.contains(active);
    const wasByKey = this.isInside;
    return (after) => {
      if (!hadFocus || !wasByKey) return;
      const isGone = index >= 0 ? !after.includes(before[index]!) : !isShown(active);
      if (!isGone) return;
      const next = after[Math.min(Math.max(index, 0), after.length - 1)];
      if (next) next.card.focus();
      else this.#back();
    };
  }

  #keyed(event: KeyboardEvent): void {
    const hotkey = this.#host.getAttribute("hotkey") ?? "F8";
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    // `code` and not `key`: the same place on a Cyrillic keyboard.
    if (hotkey !== "" && event.code === hotkey && isPlain) {
      const first = this.#region.querySelector<HTMLElement>("li:not([data-leaving]) .card, .undo:not([hidden]) button");
      if (!first || !this.#region.matches(":popover-open")) return;
      event.preventDefault();
      first.focus();
    } else if (event.key === "Escape" && this.#isHere(event)) {
      event.preventDefault();
      this.#back();
    }
  }

  #isHere(event: Event): boolean {
    return event.composedPath().includes(this.#region);
  }

  #entered(event: FocusEvent): void {
    const from = event.relatedTarget;
    // Coming from within the shadow root is moving, not entering.
    if (from instanceof HTMLElement && !this.#region.contains(from)) this.#cameFrom = from;
  }

  #back(): void {
    const active = (this.#region.getRootNode() as ShadowRoot).activeElement;
    if (active instanceof HTMLElement) active.blur();
    if (this.#cameFrom?.isConnected) this.#cameFrom.focus();
    this.#cameFrom = null;
  }
}

function isShown(element: Element | null): boolean {
  return element instanceof HTMLElement && element.isConnected && element.offsetParent !== null;
}
