/**
 * What both elements have in common: the shadow root, the shared client, the language, events, and
 * drawing once per turn however much has changed.
 *
 * Deliberately not here: anything seen.
 */
import type { Client } from "../core/client.js";
import type { ClientEvents } from "../core/options.js";
import type { Item } from "../core/types.js";
import { Locale, pickLanguage } from "../text/locale.js";
import { make } from "./dom.js";
import { dress } from "./sheet.js";
import { attach, detach, sharedClient, speaks } from "./shared.js";

/** What each `bellwire:*` event carries. */
export interface BellwireEvents {
  /** Cancelable: a popup is about to appear; cancelled, the host shows it. */
  "before-show": { item: Item };
  /** Cancelable: a link of an item was followed; cancelled, the host goes there. */
  "before-navigate": { item: Item; url: string };
  item: { item: Item; isNew: boolean };
  unread: { count: number };
  close: { ids: string[]; by: "user" | "timeout" };
  /** One of the bell's + was pressed; the page answers. */
  create: { what: "notification" | "task" };
  /** The create form has sent its message. */
  sent: { id: string; recipients: number };
  state: { state: ClientEvents["state"] };
  signedout: Record<string, never>;
  error: { error: ClientEvents["error"] };
}

/** Imported where there is no DOM, the classes exist and do nothing. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? class {};

/** Times on screen are relative and age. */
const AGE_MS = 20_000;

export abstract class BellwireElement extends Base {
  static observedAttributes = ["lang", "server", "token-url"];

  /** For the views that the element is made of. */
  client: Client | null = null;
  locale = new Locale("en");
  protected readonly root: HTMLElement;
  #ends: (() => void)[] = [];
  #clientEnds: (() => void)[] = [];
  #isQueued = false;
  #unread = 0;
  #zone: string | undefined;

  constructor(css: string) {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    dress(shadow, css);
    this.root = make("div", "root");
    shadow.append(this.root);
  }

  connectedCallback(): void {
    const timer = window.setInterval(() => this.queue(), AGE_MS);
    this.#ends.push(() => window.clearInterval(timer));
    this.connected((end) => this.#ends.push(end));
    this.#attach();
  }

  disconnectedCallback(): void {
    this.#bind(null);
    for (const end of this.#ends.splice(0)) end();
    detach(this);
  }

  /** With this in place `moveBefore` moves the element without taking it off the page. */
  connectedMoveCallback(): void {}

  attributeChangedCallback(name: string): void {
    if (!this.isConnected) return;
    if (name === "lang") this.queue();
    else this.#attach();
  }

  /** Starts listening to the page; every listener is handed over with what ends it. */
  protected abstract connected(until: (end: () => void) => void): void;
  /** A client came, went or was replaced. */
  protected abstract bound(until: (end: () => void) => void): void;
  protected abstract draw(): void;

  /** Draws before the browser paints, once, however much arrives. */
  queue(): void {
    // In the background there are no frames to wait for, and one that was waited for does not come.
    const isSeen = document.visibilityState === "visible";
    if (this.#isQueued && isSeen) return;
    this.#isQueued = true;
    (isSeen ? requestAnimationFrame : queueMicrotask)(() => {
      this.#isQueued = false;
      this.#setLocale();
      this.draw();
      const count = this.client?.store.unread ?? 0;
      if (count === this.#unread) return;
      this.#unread = count;
      if (speaks(this)) this.emit("unread", { count });
    });
  }

  /** Dispatches `bellwire:<name>`; false when it was cancelled. */
  protected emit<K extends keyof BellwireEvents>(name: K, detail: BellwireEvents[K], cancelable = false): boolean {
    const init = { detail, cancelable, bubbles: true, composed: true };
    return this.dispatchEvent(new CustomEvent(`bellwire:${name}`, init));
  }

  now(): number {
    return Date.now();
  }

  /** The user put items away and may want them back. */
  putAway(_ids: string[]): void {}

  /** A click on a link of an item: the host may take it over, and the item has done its work. */
  follow(event: Event, item: Item, url: string): void {
    if (!this.emit("before-navigate", { item, url }, true)) event.preventDefault();
    this.client?.opened(item);
  }

  #attach(): void {
    const server = this.getAttribute("server");
    const tokenUrl = this.getAttribute("token-url");
    const options = { server: server ?? "", tokenUrl: tokenUrl ?? "", language: this.lang };
    attach(this, (server ?? tokenUrl) === null ? null : options, () => {
      const client = sharedClient();
      if (client !== this.client) this.#bind(client);
      this.queue();
    });
  }

  /** The element's own attribute decides, then the user's language, then the page and the browser. */
  #setLocale(): void {
    const { options, session } = this.client ?? {};
    const around = this.closest("[lang]")?.getAttribute("lang");
    const language = pickLanguage([
      this.lang,
      options?.language ?? session?.user.language,
      around,
      ...navigator.languages,
    ]);
    const zone = options?.zone ?? session?.user.zone;
    if (language === this.root.lang && zone === this.#zone) return;
    this.root.lang = language;
    this.locale = new Locale(language, (this.#zone = zone));
  }

  #bind(client: Client | null): void {
    for (const end of this.#clientEnds.splice(0)) end();
    this.client = client;
    if (client) this.#forward(client);
    this.bound((end) => this.#clientEnds.push(end));
  }

  #forward(client: Client): void {
    const say = <K extends keyof BellwireEvents>(name: K, detail: BellwireEvents[K]) => {
      this.queue();
      if (speaks(this)) this.emit(name, detail);
    };
    this.#clientEnds.push(
      client.store.subscribe(() => this.queue()),
      client.coordination.subscribe(() => this.queue()),
      client.on("item", (detail) => say("item", detail)),
      client.on("error", (error) => say("error", { error })),
      client.on("signedout", () => say("signedout", {})),
      client.on("state", (state) => say("state", { state })),
    );
  }
}
