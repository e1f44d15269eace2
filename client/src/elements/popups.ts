/**
 * <bellwire-popups>: the standing popups at the bottom right. What is drawn is a function of state:
 * the presenter shows what stands, unless the bell's panel is open; everyone else shows nothing.
 *
 * Deliberately not here: the choice and the timers (core/popups.ts), one card (card.ts), focus and
 * keys (popup-focus.ts), speech (popup-voice.ts).
 */
import type { Attention } from "./attention.js";
import { choose, MOST_TIMED, PopupTimers, type Stack } from "../core/popups.js";
import { isUnread, type ClosedBy, type Item } from "../core/types.js";
import { BellwireElement } from "./base.js";
import { CardView } from "./card.js";
import { button, isInView, make, setAttribute, setHidden, setText, ViewList } from "./dom.js";
import type { PopupFocus } from "./popup-focus.js";
import type { PopupVoice } from "./popup-voice.js";
import css from "./popups.css?inline";
import { later, prefetchLater, withLater } from "./lazy.js";
import { openPanel, panelIsOpen } from "./shared.js";

const UNDO_MS = 5_000;
/** After the pointer has left, cards stay where they are for a moment. */
const GRACE_MS = 300;
/** What a card takes of the height, and what is kept free of timed ones. */
const CARD = 110;
const CARD_NARROW = 150;
const FREE = 160;

export class BellwirePopups extends BellwireElement {
  #region = make("div", "popups", { popover: "manual", role: "region" });
  #all = button("close-all", "", () => this.#closeAll());
  #timed = make("ol", "stack", { role: "list" });
  #more = button("more", "", () => {
    openPanel();
    this.#close(idsOf(this.#stack.away), "user");
  });
  #sticky = make("ol", "stack sticky", { role: "list" });
  #undo = make("div", "undo");
  #undoText = make("span");
  #undoButton = button("", "", () => this.#takeBack());
  #views = [this.#timed, this.#sticky].map(
    (list) =>
      new ViewList<Item, CardView>(
        list,
        (item) => new CardView(this, item, (id, isAll) => (isAll ? this.#closeAll() : this.#close([id], "user"))),
        ({ element }) => (later ? later.leave(element) : element.remove()),
      ),
  );
  #focus: PopupFocus | null = null;
  #regions = ["status", "alert"].map((role) => make("div", "unseen", { role }));
  #attention: Attention | null = null;
  #signalled = 0;
  #timers: PopupTimers | null = null;
  #stack: Stack = choose([], new Set(), false);
  /** Items for which the host has been asked, with its answer. */
  #asked = new Map<string, boolean>();
  /** What Undo would bring back. */
  #closed: string[] = [];
  #undoTimer = 0;

  constructor() {
    super(css);
    this.#undo.append(this.#undoText, this.#undoButton);
    this.#region.append(this.#all, this.#timed, this.#more, this.#sticky, this.#undo);
    this.root.append(...this.#regions, this.#region);
    this.#sticky.addEventListener("scroll", () => this.queue(), { passive: true });
    for (const event of ["focusin", "focusout"]) this.#region.addEventListener(event, () => this.queue());
    this.#region.addEventListener("pointerover", () => this.queue());
    this.#region.addEventListener("pointerout", () => setTimeout(() => this.queue(), GRACE_MS));
    // A dialog of the page that closes when one clicks beside it must not take this for beside it.
    this.#region.addEventListener("pointerdown", (event) => event.stopPropagation());
    // A click on a button here must not take the focus out of the field that the user is typing in.
    this.#region.addEventListener("mousedown", (event) => {
      if ((event.composedPath()[0] as Element).closest("button")) event.preventDefault();
    });
  }

  protected override connected(until: (end: () => void) => void): void {
    prefetchLater();
    withLater(({ PopupFocus, stayAbove }) => {
      if (!this.isConnected) return;
      this.#focus ??= new PopupFocus(this, this.#region);
      until(this.#focus.listen());
      until(stayAbove(this, () => this.#raise()));
    });
  }

  protected override bound(until: (end: () => void) => void): void {
    const { client } = this;
    this.#asked.clear();
    if (!client) return this.#signal(0);
    const timers = new PopupTimers(
      client.env,
      (ids) => this.#close(ids, "timeout"),
      (ids) => ids.forEach((id) => void client.seen(id)),
    );
    this.#timers = timers;
    until(() => timers.stop());
    until(client.env.on("visibility", () => this.draw()));
    // What arrives before the voice has come is said then.
    let voice: PopupVoice | null = null;
    let isOver = false;
    const speak = (say: (voice: PopupVoice) => void) =>
      withLater(({ PopupVoice }) => isOver || say((voice ??= new PopupVoice(client, this.#regions, () => this.locale))));
    until(client.on("announce", (item) => speak((it) => it.arrived(item))));
    until(client.on("error", () => speak((it) => it.failed())));
    until(() => {
      isOver = true;
      voice?.stop();
    });
  }

  protected override draw(): void {
    const { client } = this;
    const isShown = !!client?.coordination.presents && !panelIsOpen();
    const standing = client?.store.standing() ?? [];
    const wanted = isShown ? standing.filter((item) => this.#mayShow(item)) : [];
    const isHeld = this.#region.matches(":hover, :has(:focus-visible, :popover-open)");
    const shown = new Set(idsOf(this.#stack.timed));
    // In a flood those that were shown first have their time; the rest is counted.
    const isFull = isHeld || this.#stack.waiting.length > 0;
    const card = innerWidth > 480 ? CARD : CARD_NARROW;
    const fitting = Math.max(1, Math.floor((innerHeight - FREE) / card));
    this.#stack = choose(wanted, shown, isFull, Math.min(MOST_TIMED, fitting), this.now());
    this.#drawStack();
    const ids = new Set(idsOf(standing));
    for (const id of this.#asked.keys()) if (!ids.has(id)) this.#asked.delete(id);
    this.#timers?.forget((id) => ids.has(id));
    const seconds = client?.session?.popups?.seconds;
    this.#timers?.show(client?.env.visible() ? this.#inView() : [], isHeld, seconds && seconds * 1_000);
    this.#signal(this.#missed());
  }

  #signal(count: number): void {
    this.#signalled = count;
    if (count || this.#attention) withLater((it) => (this.#attention ??= new it.Attention()).show(this.#signalled));
  }

  /** What came while no tab was active and nobody has dealt with since. Timing out is not dealing with it. */
  #missed(): number {
    const { coordination, store } = this.client ?? {};
    if (!coordination?.presents || this.getAttribute("attention") === "none") return 0;
    const items = [...(coordination.missed ?? [])].map((id) => store!.get(id));
    return items.filter((item) => item && isUnread(item) && item.closed_by !== "user").length;
  }

  #drawStack(): void {
    const { locale } = this;
    const { timed, waiting, away, sticky } = this.#stack;
    const settle = later?.glide(this.#region.querySelectorAll("li, .popups > button, .undo"));
    const keepFocus = this.#focus?.remember();
    const added = [timed, sticky].flatMap((items, index) => this.#views[index]!.sync(items, (item) => item.id));
    const count = timed.length + waiting.length + away.length + sticky.length;
    const closed = panelIsOpen() ? 0 : this.#closed.length;
    setAttribute(this.#region, "aria-label", locale.text("notifications"));
    setText(this.#all, locale.text("close_all", count));
    setHidden(this.#all, count < 2);
    setText(this.#more, away.length ? locale.text("away", away.length) : locale.text("more", waiting.length));
    setHidden(this.#more, !(waiting.length + away.length));
    setText(this.#undoText, this.#saidOf(this.#closed));
    setText(this.#undoButton, locale.text("undo"));
    setHidden(this.#undo, closed === 0);
    this.#showRegion(count + closed > 0);
    keepFocus?.();
    settle?.();
    for (const view of added) later?.enter(view.element);
  }

  /** What opened last in the top layer lies above. */
  #raise(): void {
    const keepFocus = this.#focus?.remember();
    if (this.#region.matches(":popover-open")) this.#region.hidePopover();
    this.draw();
    keepFocus?.();
  }

  /** The region lives in the top layer, above whatever z-index the page uses. */
  #showRegion(hasContent: boolean): void {
    const isOpen = this.#region.matches(":popover-open");
    if (hasContent && !isOpen) this.#region.showPopover();
    if (hasContent || !isOpen) return;
    const leaving = this.#region.querySelectorAll("[data-leaving]");
    // The last card fades before its ground goes; beneath the panel none goes on fading, to be seen when that closes.
    if (!panelIsOpen() && leaving.length) return void setTimeout(() => this.queue(), GRACE_MS);
    for (const card of leaving) card.remove();
    this.#region.hidePopover();
  }

  /** A sticky popup that is scrolled away is not being seen. */
  #inView(): Item[] {
    const { timed, sticky } = this.#stack;
    return [...timed, ...sticky.filter(({ id }) => isInView(this.#views[1]!.views.get(id)!.box, this.#sticky))];
  }

  #mayShow(item: Item): boolean {
    let answer = this.#asked.get(item.id);
    if (answer === undefined) this.#asked.set(item.id, (answer = this.emit("before-show", { item }, true)));
    return answer;
  }

  #close(ids: string[], by: ClosedBy): void {
    if (!ids.length) return;
    void this.client?.close(ids, by);
    this.emit("close", { ids, by });
  }

  /** Closes what stands on screen now, the stack behind "and n more" with it; what comes later stays. */
  #closeAll(): void {
    const { timed, waiting, away, sticky } = this.#stack;
    const ids = idsOf([...timed, ...waiting, ...away, ...sticky]);
    this.#close(ids, "user");
    this.#offerUndo(ids, UNDO_MS);
  }

  #offerUndo(ids: string[], ms: number): void {
    clearTimeout(this.#undoTimer);
    this.#closed = ids;
    // Who points at it is about to press it.
    const end = () => this.#offerUndo(this.#undo.matches(":hover, :focus-within") ? ids : [], GRACE_MS);
    if (ids.length) this.#undoTimer = window.setTimeout(end, ms);
    this.queue();
  }

  override putAway(ids: string[]): void {
    this.#offerUndo(ids, UNDO_MS);
  }

  #saidOf(ids: string[]): string {
    const { locale, client } = this;
    const until = client?.store.get(ids[0]!)?.snoozed_until;
    return until ? locale.text("snoozed", locale.moment(until, this.now())) : locale.text("closed", ids.length);
  }

  #takeBack(): void {
    void this.client?.reopen(this.#closed);
    this.#offerUndo([], 0);
  }
}

function idsOf(items: readonly Item[]): string[] {
  return items.map((item) => item.id);
}
