/**
 * <bellwire-popups>: the standing popups at the bottom right. What is drawn is a function of state:
 * the presenter shows what stands, unless the bell's panel is open; everyone else shows nothing.
 *
 * Deliberately not here: the choice and the timers (core/popups.ts), one card (card.ts), focus and
 * keys (popup-focus.ts), speech (popup-voice.ts).
 */
import { choose, MOST_TIMED, PopupTimers, type Stack } from "../core/popups.js";
import type { ClosedBy, Item } from "../core/types.js";
import { BellwireElement } from "./base.js";
import { CardView, type CardOwner } from "./card.js";
import { make, setAttribute, setHidden, setText, ViewList } from "./dom.js";
import { enter, glide, leave } from "./motion.js";
import { PopupFocus } from "./popup-focus.js";
import { PopupVoice } from "./popup-voice.js";
import css from "./popups.css?inline";
import { openPanel, panelIsOpen } from "./shared.js";
import { sheetOf } from "./sheet.js";

const sheet = sheetOf(css);
const UNDO_MS = 5_000;
/** After the pointer has left, cards stay where they are for a moment. */
const GRACE_MS = 300;
/** On a phone fewer cards leave room for the page. */
const MOST_NARROW = 3;
const NARROW = "(max-width: 480px)";
const NOTHING: Stack = { timed: [], waiting: [], sticky: [] };
const goAway = (view: CardView) => leave(view.element);

export class BellwirePopups extends BellwireElement {
  #owner: CardOwner = {
    locale: () => this.locale,
    now: () => this.client?.env.now() ?? 0,
    close: (id, isAll) => (isAll ? this.#closeAll() : this.#close([id], "user")),
    follow: (event, item, url) => this.follow(event, item, url),
    go: (item, isApart) => this.go(item, isApart),
  };
  #region = make("div", { class: "region", part: "popups", popover: "manual", role: "region" });
  #all = make("button", { type: "button", class: "all", part: "close-all" });
  #timedList = make("ol", { class: "stack timed", role: "list" });
  #more = make("button", { type: "button", class: "more", part: "more" });
  #stickyList = make("ol", { class: "stack sticky", role: "list" });
  #undo = make("div", { class: "undo", part: "undo" });
  #undoText = make("span");
  #undoButton = make("button", { type: "button" });
  #timed = new ViewList<Item, CardView>(this.#timedList, (item) => new CardView(this.#owner, item), goAway);
  #sticky = new ViewList<Item, CardView>(this.#stickyList, (item) => this.#stickyCard(item), goAway);
  #focus = new PopupFocus(this, this.#region);
  #voice = new PopupVoice(this.root);
  #timers: PopupTimers | null = null;
  #stack: Stack = NOTHING;
  /** Items for which the host has been asked, with its answer. */
  #asked = new Map<string, boolean>();
  #isPointerIn = false;
  #closed: { ids: string[]; timer: unknown } | null = null;
  #outOfView = new Set<Element>();
  #observer: IntersectionObserver | null = null;

  constructor() {
    super(sheet);
    this.#undo.append(this.#undoText, this.#undoButton);
    this.#region.append(this.#all, this.#timedList, this.#more, this.#stickyList, this.#undo);
    this.root.append(this.#region);
    this.#all.addEventListener("click", () => this.#closeAll());
    this.#more.addEventListener("click", () => void (openPanel() || this.emit("open", {})));
    this.#undoButton.addEventListener("click", () => this.#takeBack());
    this.#region.addEventListener("pointerover", () => this.#hold(true));
    this.#region.addEventListener("pointerout", (event) => this.#left(event));
    this.#region.addEventListener("focusin", () => this.queue());
    this.#region.addEventListener("focusout", () => this.queue());
    // A click on a button here must not take the focus out of the field that the user is typing in.
    this.#region.addEventListener("mousedown", (event) => {
      const target = event.composedPath()[0];
      if (target instanceof Element && target.closest("button")) event.preventDefault();
    });
  }

  protected override connected(until: (end: () => void) => void): void {
    until(this.#focus.listen());
    const narrow = matchMedia(NARROW);
    const redraw = () => this.queue();
    narrow.addEventListener("change", redraw);
    until(() => narrow.removeEventListener("change", redraw));
    this.#observer = new IntersectionObserver((entries) => this.#scrolled(entries), {
      root: this.#stickyList,
      threshold: 0.5,
    });
    until(() => this.#observer?.disconnect());
  }

  protected override disconnected(): void {
    this.#stack = NOTHING;
    this.#isPointerIn = false;
  }

  protected override bound(until: (end: () => void) => void): void {
    const { client } = this;
    this.#asked.clear();
    if (!client) return;
    const timers = new PopupTimers(
      client.env,
      (ids) => this.#close(ids, "timeout"),
      (ids) => ids.forEach((id) => void client.seen(id)),
    );
    this.#timers = timers;
    until(() => timers.stop());
    until(client.env.on("visibility", () => this.draw()));
    until(this.#voice.follow(client, () => this.locale));
  }

  protected override draw(): void {
    const isShown = !!this.client?.coordination.presents && !panelIsOpen();
    const standing = this.client?.store.standing() ?? [];
    const shown = new Set(this.#stack.timed.map((item) => item.id));
    const most = matchMedia(NARROW).matches ? MOST_NARROW : MOST_TIMED;
    const isHeld = this.#isPointerIn || this.#focus.isInside;
    const wanted = isShown ? standing.filter((item) => this.#mayShow(item)) : [];
    this.#stack = isShown ? choose(wanted, shown, isHeld, most) : NOTHING;
    this.#drawStack();
    this.#forget(standing);
    const seeable = [...this.#stack.timed, ...this.#stack.sticky.filter((item) => this.#isInView(item))];
    this.#timers?.show(seeable, isShown && !!this.client?.env.visible(), isHeld);
  }

  #drawStack(): void {
    const { timed, waiting, sticky } = this.#stack;
    const settle = glide(this.#region.querySelectorAll(".slot, button, .undo"));
    const keepFocus = this.#focus.remember(this.#cards());
    const added = [
      ...this.#timed.sync(timed, (item) => item.id),
      ...this.#sticky.sync(sticky, (item) => item.id),
    ];
    const count = timed.length + waiting.length + sticky.length;
    setAttribute(this.#region, "aria-label", this.locale.text("notifications"));
    setText(this.#all, this.locale.text("close_all", count));
    setHidden(this.#all, count < 2);
    setText(this.#more, this.locale.text("more", waiting.length));
    setHidden(this.#more, waiting.length === 0);
    const closed = panelIsOpen() ? null : this.#closed;
    setText(this.#undoText, this.locale.text("closed", closed?.ids.length ?? 0));
    setText(this.#undoButton, this.locale.text("undo"));
    setHidden(this.#undo, closed === null);
    this.#showRegion(count > 0 || closed !== null);
    keepFocus(this.#cards());
    settle();
    for (const view of added) enter(view.element);
  }

  /** The region lives in the top layer, above whatever z-index the page uses. */
  #showRegion(hasContent: boolean): void {
    const isOpen = this.#region.matches(":popover-open");
    if (hasContent && !isOpen) this.#region.showPopover();
    if (hasContent || !isOpen) return;
    // The last card fades before its ground goes.
    if (!panelIsOpen() && this.#region.querySelector("[data-leaving]")) {
      this.client?.env.setTimeout(() => this.queue(), GRACE_MS);
    } else this.#region.hidePopover();
  }

  #cards(): CardView[] {
    const { timed, sticky } = this.#stack;
    const views = [...timed.map((item) => this.#timed.views.get(item.id)), ...sticky.map((item) => this.#sticky.views.get(item.id))];
    return views.filter((view) => view !== undefined);
  }

  #mayShow(item: Item): boolean {
    let answer = this.#asked.get(item.id);
    if (answer === undefined) {
      answer = this.emit("before-show", { item }, true);
      this.#asked.set(item.id, answer);
    }
    return answer;
  }

  #forget(standing: readonly Item[]): void {
    const ids = new Set(standing.map((item) => item.id));
    this.#timers?.forget((id) => ids.has(id));
    for (const id of this.#asked.keys()) if (!ids.has(id)) this.#asked.delete(id);
  }

  #close(ids: string[], by: ClosedBy): void {
    void this.client?.close(ids, by);
    this.emit("close", { ids, by });
  }

  /** Closes what stands on screen now, the stack behind "and n more" with it; what comes later stays. */
  #closeAll(): void {
    const { timed, waiting, sticky } = this.#stack;
    const ids = [...timed, ...waiting, ...sticky].map((item) => item.id);
    if (ids.length === 0) return;
    this.#isPointerIn = false;
    this.#close(ids, "user");
    this.#offerUndo(ids);
  }

  #offerUndo(ids: string[]): void {
    const env = this.client?.env;
    env?.clearTimeout(this.#closed?.timer);
    const end = () => {
      // Who points at it is about to press it.
      if (this.#closed && this.#undo.matches(":hover, :focus-within")) {
        this.#closed.timer = env?.setTimeout(end, GRACE_MS);
        return;
      }
      this.#closed = null;
      this.queue();
    };
    this.#closed = { ids, timer: env?.setTimeout(end, UNDO_MS) };
    this.queue();
  }

  #takeBack(): void {
    const { client } = this;
    if (!client || !this.#closed) return;
    client.env.clearTimeout(this.#closed.timer);
    void client.reopen(this.#closed.ids);
    this.#closed = null;
    this.queue();
  }

  #hold(isIn: boolean): void {
    if (this.#isPointerIn === isIn) return;
    this.#isPointerIn = isIn;
    this.queue();
  }

  #left(event: PointerEvent): void {
    const into = event.relatedTarget;
    if (into instanceof Node && this.#region.contains(into)) return;
    this.client?.env.setTimeout(() => this.#hold(this.#region.matches(":hover")), GRACE_MS);
  }

  #stickyCard(item: Item): CardView {
    const view = new CardView(this.#owner, item);
    this.#observer?.observe(view.element);
    return view;
  }

  #scrolled(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#outOfView.delete(target);
      else this.#outOfView.add(target);
      if (!target.isConnected) this.#outOfView.delete(target);
    }
    this.queue();
  }

  #isInView(item: Item): boolean {
    const view = this.#sticky.views.get(item.id);
    return view !== undefined && !this.#outOfView.has(view.element);
  }
}
