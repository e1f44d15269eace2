// Light, dark, or as the system says: one attribute on the root element that the tokens' color-scheme follows.
import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];
const KEY = "bellwire.theme";

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

export const theme = signal<Theme>("system");

function apply(value: Theme): void {
  const root = document.documentElement;
  if (value === "system") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", value);
}

export function setTheme(value: Theme): void {
  theme.value = value;
  apply(value);
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the page.
  }
}

export function startTheme(): void {
  theme.value = stored();
  apply(theme.value);
}
