/**
 * What both elements have in common: the shadow root, the shared client, the language, events, and
 * drawing once per turn however much has changed.
 *
 * Deliberately not here: anything seen.
 */
import type { Client, ClientOptions } from "../core/client.js";
import type { ClientEvents } from "../core/client.js";
import type { Item } from "../core/types.js";
import { safeHref } from "../text/body.js";
import { Locale, pickLanguage } from "../text/locale.js";
import { make } from "./dom.js";
import { attach, detach, onShared, sharedClient, speaks } from "./shared.js";

/** What each `bellwire:*` event carries. */
export interface BellwireEvents {
  /** Cancelable: a popup is about to appear; cancelled, the host shows it. */
  "before-show": { item: Item };
  /** Cancelable: a link of an item was followed; cancelled, the host goes there. */
  "before-navigate": { item: Item; url: string };
  item: { item: Item; isNew: boolean };
  unread: { count: number };
  close: { ids: string[]; by: "user" | "timeout" };
  create: Record<string, never>;
  open: Record<string, never>;
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

  protected client: Client | null = null;
  protected locale = new Locale("en");
  protected readonly root: HTMLElement;
  #ends: (() => void)[] = [];
  #clientEnds: (() => void)[] = [];
  #isQueued = false;
  #unread = -1;

  constructor(sheet: () => CSSStyleSheet) {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet()];
    this.root = make("div", { class: "root" });
    shadow.append(this.root);
  }

  connectedCallback(): void {
    attach(this, this.#options());
    this.#ends.push(onShared(() => this.#follow()));
    const timer = window.setInterval(() => document.visibilityState === "visible" && this.queue(), AGE_MS);
    this.#ends.push(() => window.clearInterval(timer));
    this.connected((end) => this.#ends.push(end));
    this.#follow();
  }

  disconnectedCallback(): void {
    for (const end of [...this.#ends, ...this.#clientEnds]) end();
    this.#ends = [];
    this.#clientEnds = [];
    this.client = null;
    this.disconnected();
    detach(this);
  }

  /** With this in place `moveBefore` moves the element without taking it off the page. */
  connectedMoveCallback(): void {}

  attributeChangedCallback(name: string): void {
    if (!this.isConnected) return;
    if (name !== "lang") attach(this, this.#options());
    this.#setLocale();
    this.queue();
  }

  /** Starts listening to the page; every listener is handed over with what ends it. */
  protected abstract connected(until: (end: () => void) => void): void;
  protected abstract disconnected(): void;
  /** A client came, went or was replaced. */
  protected abstract bound(until: (end: () => void) => void): void;
  protected abstract draw(): void;

  /** Draws before the browser paints, once. */
  protected queue(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    queueMicrotask(() => {
      this.#isQueued = false;
      if (this.isConnected) this.draw();
    });
  }

  /** Dispatches `bellwire:<name>`; false when it was cancelled. */
  protected emit<K extends keyof BellwireEvents>(name: K, detail: BellwireEvents[K], cancelable = false): boolean {
    const init = { detail, cancelable, bubbles: true, composed: true };
    return this.dispatchEvent(new CustomEvent(`bellwire:${name}`, init));
  }

  /** A click on a link of an item: the host may take it over, and the item has done its work. */
  protected follow(event: Event, item: Item, url: string): void {
    if (!this.emit("before-navigate", { item, url }, true)) event.preventDefault();
    this.client?.opened(item);
  }

  /** Goes to an item's link without a click on an anchor: by key, or by a click beside it. */
  protected go(item: Item, isApart: boolean): void {
    const link = item.link === null ? null : safeHref(item.link, location.origin);
    if (!link) return;
    const isAllowed = this.emit("before-navigate", { item, url: link.href }, true);
    this.client?.opened(item);
    if (!isAllowed) return;
    if (link.isForeign || isApart) window.open(link.href, "_blank", "noopener,noreferrer");
    else location.assign(link.href);
  }

  #options(): ClientOptions | null {
    const server = this.getAttribute("server");
    const tokenUrl = this.getAttribute("token-url");
    if (server === null && tokenUrl === null) return null;
    return {
      server: server ?? "",
      ...(tokenUrl ? { tokenUrl } : {}),
      language: this.#language(null),
    };
  }

  #language(client: Client | null): string {
    const around = this.closest("[lang]")?.getAttribute("lang");
    return pickLanguage([this.getAttribute("lang"), client?.options.language, around, ...navigator.languages]);
  }

  #setLocale(): void {
    const language = pickLanguage([this.#language(this.client)]);
    this.locale = new Locale(language, this.client?.options.zone);
    this.root.lang = language;
  }

  #follow(): void {
    const client = sharedClient();
    if (client !== this.client || !this.#clientEnds.length) {
      for (const end of this.#clientEnds) end();
      this.#clientEnds = [() => {}];
      this.client = client;
      if (client) this.#forward(client);
      this.#setLocale();
      this.bound((end) => this.#clientEnds.push(end));
    }
    this.queue();
  }

  #forward(client: Client): void {
    const say = (run: () => void) => speaks(this) && run();
    this.#clientEnds.push(
      client.store.subscribe(() => {
        this.queue();
        const count = client.store.unread;
        if (count === this.#unread) return;
        this.#unread = count;
        say(() => this.emit("unread", { count }));
      }),
      client.coordination.subscribe(() => this.queue()),
      client.on("item", (detail) => say(() => this.emit("item", detail))),
      client.on("error", (error) => say(() => this.emit("error", { error }))),
      client.on("signedout", () => say(() => this.emit("signedout", {}))),
      client.on("state", (state) => {
        this.queue();
        say(() => this.emit("state", { state }));
      }),
    );
  }
}
