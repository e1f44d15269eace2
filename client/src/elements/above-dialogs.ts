/**
 * Keeps an element above modal dialogs: what is outside the topmost of them can be neither clicked nor
 * read, so the element moves into it and back when it closes.
 *
 * Deliberately not here: dialogs in a shadow tree of somebody else, which cannot be seen from outside.
 */

/** Keep the places of elements that are away. */
const homes = new WeakMap<Element, Comment>();

/** Follows the dialogs of the page; returns what ends that. */
export function stayAbove(element: Element, onMove: () => void): () => void {
  const home = homes.get(element) ?? new Comment();
  homes.set(element, home);
  const move = () => {
    // A dialog that opens later stands above, and later in the document unless it is nested the other way round.
    const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
    if (element.parentNode === dialog || (!dialog && !home.isConnected)) return;
    if (!home.isConnected) element.before(home);
    put(element, dialog ?? home.parentNode!, dialog ? null : home);
    if (!dialog) home.remove();
    onMove();
  };
  const observer = new MutationObserver(move);
  observer.observe(document, { subtree: true, attributeFilter: ["open"] });
  // One may be open already.
  move();
  const end = () => {
    // The dialog was taken off the page, and the element with it.
    if (element.parentNode && !element.isConnected && home.isConnected) home.replaceWith(element);
    else if (!element.isConnected) home.remove();
  };
  return () => {
    observer.disconnect();
    queueMicrotask(end);
  };
}

/** Without `moveBefore` the element leaves the page for a moment, and its popover closes. */
function put(element: Element, parent: ParentNode & Node, before: Node | null): void {
  const { moveBefore } = parent as unknown as { moveBefore?: (node: Node, before: Node | null) => void };
  if (moveBefore && element.isConnected) moveBefore.call(parent, element, before);
  else parent.insertBefore(element, before);
}
