/**
 * Registers the elements. A second script on the page, or an older one, is left in place: a name
 * can be defined once.
 *
 * Deliberately not here: the classes (index.ts).
 */
import type { BellwireEvents } from "./elements/base.js";
import { BellwireBell } from "./elements/bell.js";
import { BellwirePopups } from "./elements/popups.js";

const ELEMENTS = { "bellwire-bell": BellwireBell, "bellwire-popups": BellwirePopups };

for (const [name, element] of Object.entries(ELEMENTS)) {
  if (!customElements.get(name)) customElements.define(name, element);
}

type EventsOf<T> = { [K in keyof T & string as `bellwire:${K}`]: CustomEvent<T[K]> };

declare global {
  interface HTMLElementTagNameMap {
    "bellwire-bell": BellwireBell;
    "bellwire-popups": BellwirePopups;
  }
  interface HTMLElementEventMap extends EventsOf<BellwireEvents> {}
  interface DocumentEventMap extends EventsOf<BellwireEvents> {}
}
