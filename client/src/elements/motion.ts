/**
 * How cards come, go and make room: Web Animations only, which no style policy forbids. With reduced
 * motion nothing travels, things only fade.
 *
 * Deliberately not here: what comes and goes.
 */

const ENTER_MS = 160;
const LEAVE_MS = 120;
const EASE = "cubic-bezier(.2,.8,.3,1)";

function isCalm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export function enter(element: Element): void {
  const from = isCalm() ? { opacity: 0 } : { opacity: 0, transform: "translateY(14px) scale(.98)" };
  element.animate([from, {}], { duration: ENTER_MS, easing: EASE });
}

/** Fades an element out where it stands, outside the flow, and removes it. */
export function leave(element: HTMLElement): void {
  const parent = element.offsetParent;
  if (!parent || document.visibilityState !== "visible") return element.remove();
  const { offsetTop, offsetLeft, offsetWidth } = element;
  element.setAttribute("data-leaving", "");
  element.inert = true;
  Object.assign(element.style, {
    position: "absolute",
    top: `${offsetTop}px`,
    left: `${offsetLeft}px`,
    width: `${offsetWidth}px`,
  });
  const to = isCalm() ? { opacity: 0 } : { opacity: 0, transform: "scale(.97)" };
  const animation = element.animate([{}, to], { duration: LEAVE_MS, easing: "ease-in" });
  animation.onfinish = animation.oncancel = () => element.remove();
}

/** Remembers where elements are; call the result after the change to let them glide. */
export function glide(elements: Iterable<Element>): () => void {
  if (isCalm()) return () => {};
  const before = Array.from(elements, (element) => [element, element.getBoundingClientRect().top] as const);
  return () => {
    for (const [element, top] of before) {
      if (!element.isConnected || element.hasAttribute("data-leaving")) continue;
      const moved = top - element.getBoundingClientRect().top;
      if (moved) element.animate([{ transform: `translateY(${moved}px)` }, {}], { duration: ENTER_MS, easing: EASE });
    }
  };
}

/** A changed row glows once in brass. */
export function glow(element: Element): void {
  const frames = [{ backgroundColor: "var(--brass-soft)" }, { backgroundColor: "transparent" }];
  element.animate(frames, { duration: 1_600, easing: "ease-out" });
}
