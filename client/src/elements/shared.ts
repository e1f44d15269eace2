/**
 * What the elements of one page share: the client, and whether the bell's panel is open, because the
 * popups wait behind it.
 *
 * Deliberately not here: sharing among tabs (core/coordination.ts).
 */
import { browserEnv } from "../browser-env.js";
import { Client } from "../core/client.js";
import type { ClientOptions } from "../core/options.js";

let client: Client | null = null;
/** A client made for an element ends with the last element; one made by the host does not. */
let isOurs = false;
/** The elements on the page, each with what it wants to be told by: of another client, of the panel. */
const elements = new Map<object, () => void>();
let open = (): void => {};
let isPanelOpen = false;

/** Makes the client of this page, starts it, and hands it to all elements, present and future. */
export function createClient(options: ClientOptions = {}): Client {
  client?.stop();
  client = new Client(browserEnv(), options);
  isOurs = false;
  client.start();
  tellAll();
  return client;
}

export function sharedClient(): Client | null {
  return client;
}

/** An element is on the page: it gets the shared client, or makes it if it knows a server. */
export function attach(element: object, options: ClientOptions | null, onChange: () => void): void {
  elements.set(element, onChange);
  if (!client && options) {
    createClient(options);
    isOurs = true;
  } else onChange();
}

/** An element left the page. Moving it within the page must not cut the connection. */
export function detach(element: object): void {
  elements.delete(element);
  queueMicrotask(() => {
    if (elements.size || !isOurs) return;
    client?.stop();
    client = null;
  });
}

/** One element of the page speaks for the client, so that each event is heard once. */
export function speaks(element: object): boolean {
  const [first] = elements.keys();
  return first === element;
}

export function panelIsOpen(): boolean {
  return isPanelOpen;
}

export function setPanelOpen(isOpen: boolean): void {
  isPanelOpen = isOpen;
  tellAll();
}

/** The last bell that came to the page opens its panel for whoever asks. */
export function offerPanel(run: () => void): void {
  open = run;
}

export function openPanel(): void {
  open();
}

function tellAll(): void {
  for (const tell of elements.values()) tell();
}
