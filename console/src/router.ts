// The address bar as signals: path and query, patterns with `:name`, and one listener that turns plain links into
// navigation without a reload. It knows no page; app.tsx maps paths to pages.
import { computed, signal } from "@preact/signals";

const here = signal(typeof location === "undefined" ? "/" : location.pathname + location.search);

export const path = computed(() => here.value.split("?", 1)[0] ?? "/");
export const query = computed(() => new URLSearchParams(here.value.split("?")[1] ?? ""));

/** Matches `/sent/:id` against a path; null when it does not fit. */
export function match(pattern: string, actual: string): Record<string, string> | null {
  const wanted = pattern.split("/").filter(Boolean);
  const given = actual.split("/").filter(Boolean);
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) {
      try {
        params[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return null;
      }
    } else if (part !== value) return null;
  }
  return params;
}

/** The current address with some parameters changed; null or "" removes one. */
export function hrefWith(current: string, changes: Record<string, string | null>): string {
  const [base = "/", search = ""] = current.split("?");
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  const text = params.toString();
  return text ? `${base}?${text}` : base;
}

export function go(to: string, options: { replace?: boolean } = {}): void {
  if (to === here.peek()) return;
  const from = path.peek();
  history[options.replace ? "replaceState" : "pushState"](null, "", to);
  here.value = to;
  if (path.peek() !== from) scrollTo(0, 0);
}

/** Changes parameters of the current address. Typing replaces, choosing pushes. */
export function setQuery(changes: Record<string, string | null>, options: { replace?: boolean } = {}): void {
  go(hrefWith(here.peek(), changes), options);
}

function plainLink(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const target = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  if (!(target instanceof HTMLAnchorElement) || target.target || target.hasAttribute("download")) return null;
  if (target.origin !== location.origin) return null;
  const served = /^\/(v1|client|assets|openapi\.json|docs|metrics|healthz)(\/|$)/;
  return served.test(target.pathname) ? null : target;
}

/** Starts listening; call once. */
export function startRouter(): void {
  addEventListener("popstate", () => {
    here.value = location.pathname + location.search;
  });
  document.addEventListener("click", (event) => {
    const link = plainLink(event);
    if (!link || (link.hash && link.pathname === location.pathname)) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
