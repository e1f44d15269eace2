/**
 * Focus among the popups: F8 goes in, Escape back to where the user was, and closing the focused
 * card hands the focus on. Nothing here ever moves the focus without a key pressed inside.
 *
 * Deliberately not here: what the keys on a card do (card.ts).
 */

const STOPS = "li:not([data-leaving]) .item, .undo:not([hidden]) button";

export class PopupFocus {
  #host: HTMLElement;
  #region: HTMLElement;
  #cameFrom: Element | null = null;

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
    const life = new AbortController();
    const { signal } = life;
    document.addEventListener("keydown", (event) => this.#keyed(event), { signal });
    const came = ({ relatedTarget }: FocusEvent) => {
      const from = relatedTarget as Element | null;
      if (from && !this.#region.contains(from)) this.#cameFrom = from;
    };
    this.#region.addEventListener("focusin", came, { signal });
    return () => {
      life.abort();
      this.#cameFrom = null;
    };
  }

  /** Notes which card has the focus; call the result when the cards have changed. */
  remember(): () => void {
    const index = this.isInside ? this.#stops().findIndex((stop) => stop.matches(":focus-within")) : -1;
    return () => {
      const stops = this.#stops();
      if (index < 0 || stops.some((stop) => stop.matches(":focus-within"))) return;
      const next = stops[Math.min(index, stops.length - 1)];
      if (next) next.focus();
      else this.#back();
    };
  }

  #stops(): HTMLElement[] {
    return [...this.#region.querySelectorAll<HTMLElement>(STOPS)];
  }

  #keyed(event: KeyboardEvent): void {
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    const [first] = this.#stops();
    // `code` and not `key`: the same place on a Cyrillic keyboard.
    if (isPlain && first && event.code === (this.#host.getAttribute("hotkey") ?? "F8")) first.focus();
    else if (event.key === "Escape" && event.composedPath().includes(this.#region)) this.#back();
    else return;
    event.preventDefault();
  }

  #back(): void {
    (this.#region.querySelector(":focus") as HTMLElement | null)?.blur();
    if (this.#cameFrom?.isConnected) (this.#cameFrom as HTMLElement).focus();
    this.#cameFrom = null;
  }
}
