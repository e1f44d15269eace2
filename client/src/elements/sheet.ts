/**
 * Stylesheets for shadow roots. The design tokens become properties of the host element, each
 * open to `--bellwire-<name>` from outside.
 *
 * Deliberately not here: rules; they lie in the .css file beside each element. Constructed sheets
 * are what a strict style-src lets through; a <style> element is not.
 */
import tokens from "../../tokens.css?inline";
import reset from "./reset.css?inline";

/** Rewrites the tokens of a page into those of an element. */
export function hostTokens(css: string): string {
  return css
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/(:root)\[data-(theme=[^\]]*)\]/g, ":host([$2])")
    .replace(/:root/g, ":host")
    .replace(/color-scheme:\s*light dark/, "color-scheme: inherit")
    .replace(/--([\w-]+):\s*([^;}]+)/g, "--$1:var(--bellwire-$1,$2)");
}

/** One sheet of tokens, reset and the element's own rules, made once and shared by all its roots. */
export function sheetOf(css: string): () => CSSStyleSheet {
  let sheet: CSSStyleSheet | null = null;
  return () => {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(hostTokens(tokens) + reset + css);
    }
    return sheet;
  };
}
