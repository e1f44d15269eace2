/**
 * The few DOM steps that all views share: make an element, write only what differs, keep a list of
 * views in step with a list of values.
 *
 * Deliberately not here: a template language. Rewriting unchanged rows is what makes hand-written
 * rendering slow, so every writer here compares first.
 */

import { icon } from "./icons.js";

type Attributes = Readonly<Record<string, string>>;

/**
 * Makes an element. Its name is both its class and its `part`, so that a page can style by the same
 * names as our own sheets do.
 */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name = "",
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (name) attributes = { class: name, part: name, ...attributes };
  for (const key in attributes) element.setAttribute(key, attributes[key]!);
  element.append(...children);
  return element;
}

/** A button with a text or an icon, and what a click on it does. */
export function button(name: string, path: string, run: (event: MouseEvent) => unknown): HTMLButtonElement {
  const element = make("button", path ? `icon-button ${name}` : name, {}, path && icon(path));
  element.addEventListener("click", run);
  return element;
}

export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Sets an attribute; null takes it away. */
export function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Names a button for the eye that hovers and for the reader that listens. */
export function setLabel(element: HTMLElement, label: string): void {
  setAttribute(element, "aria-label", label);
  setAttribute(element, "title", label);
}

export function setHidden(element: HTMLElement, isHidden: boolean): void {
  if (element.hidden !== isHidden) element.hidden = isHidden;
}

/** Whether the middle of an element is not scrolled out of a list. */
export function isInView(element: Element, list: Element): boolean {
  const [{ top, bottom }, frame] = [element, list].map((one) => one.getBoundingClientRect()) as [DOMRect, DOMRect];
  const middle = (top + bottom) / 2;
  return middle > frame.top && middle < frame.bottom;
}

/** A view that draws one value. */
export interface View<T> {
  readonly element: HTMLElement;
  draw(value: T): void;
}

/** Keeps the children of `parent` equal to a list of values, each drawn by a view of its own. */
export class ViewList<T, V extends View<T>> {
  readonly views = new Map<string, V>();
  #parent: HTMLElement;
  #create: (value: T) => V;
  /** Takes a view's element off the screen; it may take its time. */
  #remove: (view: V) => void;

  constructor(parent: HTMLElement, create: (value: T) => V, remove?: (view: V) => void) {
    this.#parent = parent;
    this.#create = create;
    this.#remove = remove ?? ((view) => view.element.remove());
  }

  /** Returns the views that are new. */
  sync(values: readonly T[], key: (value: T) => string): V[] {
    const wanted = new Set(values.map(key));
    for (const [id, view] of this.views) {
      if (wanted.has(id)) continue;
      this.views.delete(id);
      this.#remove(view);
    }
    const added: V[] = [];
    let before: Element | null = null;
    // From the end, so that each view is put before the one that follows it.
    for (let index = values.length - 1; index >= 0; index--) {
      const value = values[index]!;
      let view = this.views.get(key(value));
      if (!view) {
        view = this.#create(value);
        this.views.set(key(value), view);
        added.push(view);
      }
      view.draw(value);
      if (view.element.parentNode !== this.#parent || nextLiving(view.element) !== before) {
        this.#parent.insertBefore(view.element, before);
      }
      before = view.element;
    }
    return added;
  }
}

/** The next sibling that is not on its way out. */
function nextLiving(element: Element): Element | null {
  let next = element.nextElementSibling;
  while (next?.hasAttribute("data-leaving")) next = next.nextElementSibling;
  return next;
}
