/**
 * The menu of Snooze: for how long. It floats above everything, so that nothing clips it, and has the keys of a menu.
 *
 * Deliberately not here: what a choice does (actions.ts).
 */
import type { Span } from "../core/types.js";
import { capital, type Locale } from "../text/locale.js";
import { button, make, setAttribute } from "./dom.js";
import { adopt } from "./sheet.js";
import css from "./spans.css?inline";

const MINUTES: readonly (readonly [Span, number])[] = [["5m", 5], ["15m", 15], ["30m", 30], ["1h", 60]];
/** From the button, and from the edges of the window. */
const GAP = 6;

/** Opens the menu of a button beside it. The focus comes back to whoever had it. */
export function openSpans(toggle: HTMLElement, label: string, locale: Locale, choose: (span: Span) => void, undo: (() => unknown) | "" | null): void {
  const root = toggle.getRootNode() as ShadowRoot;
  adopt(root, css);
  const before = (root.activeElement ?? document.activeElement) as HTMLElement | null;
  // Inside of another popover the browser does not give the focus back by itself.
  const close = () => {
    menu.hidePopover();
    before?.focus();
  };
  const menu = make("div", "spans", { popover: "auto", role: "menu", "aria-label": label });
  const offer = (text: string, run: () => unknown) => {
    const item = button("span", "", () => {
      close();
      run();
    });
    item.setAttribute("role", "menuitem");
    item.tabIndex = -1;
    item.append(text);
    menu.append(item);
  };
  for (const [span, minutes] of MINUTES) offer(locale.span(minutes * 60_000), () => choose(span));
  const tomorrow = new Intl.RelativeTimeFormat(locale.language, { numeric: "auto" }).format(1, "day");
  offer(`${capital(tomorrow)}, 9:00`, () => choose("tomorrow"));
  if (undo) offer(locale.text("undo"), undo);
  const life = new AbortController();
  const { signal } = life;
  menu.addEventListener("keydown", (event) => keyed(event, menu, close));
  menu.addEventListener("toggle", ({ newState }) => {
    const isOpen = newState === "open";
    setAttribute(toggle, "aria-expanded", String(isOpen));
    if (isOpen) return;
    life.abort();
    menu.remove();
  });
  // What it belongs to moves away beneath it.
  for (const type of ["scroll", "resize"]) window.addEventListener(type, (event) => hide(event, menu), { capture: true, signal });
  toggle.after(menu);
  menu.showPopover();
  place(menu, toggle);
  (menu.firstElementChild as HTMLElement).focus();
}

function hide({ target }: Event, menu: HTMLElement): void {
  if (target !== menu) menu.hidePopover();
}

/** Below the button, or above where there is more room; its start at the button's start, and always whole within the window. */
function place(menu: HTMLElement, toggle: HTMLElement): void {
  const at = toggle.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  const { clientWidth, clientHeight } = document.documentElement;
  const isBelow = at.bottom + GAP + offsetHeight <= clientHeight - GAP || at.top < clientHeight - at.bottom;
  const top = isBelow ? at.bottom + GAP : at.top - GAP - offsetHeight;
  const start = getComputedStyle(toggle).direction === "rtl" ? at.right - offsetWidth : at.left;
  const within = (from: number, length: number, space: number) => `${Math.max(GAP, Math.min(from, space - length - GAP))}px`;
  Object.assign(menu.style, { left: within(start, offsetWidth, clientWidth), top: within(top, offsetHeight, clientHeight) });
}

function keyed(event: KeyboardEvent, menu: HTMLElement, close: () => void): void {
  const items = [...menu.children] as HTMLElement[];
  const index = items.findIndex((item) => item.matches(":focus"));
  const { key } = event;
  if (key === "Tab") return close();
  const next =
    key === "ArrowDown" ? index + 1
    : key === "ArrowUp" ? index - 1
    : key === "Home" ? 0
    : key === "End" ? -1
    : null;
  if (next === null && key !== "Escape") return;
  // Neither the panel nor the popups are left by this Escape.
  event.preventDefault();
  event.stopPropagation();
  if (next === null) close();
  else items.at(next % items.length)!.focus();
}
