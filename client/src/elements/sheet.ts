/**
 * Stylesheets for shadow roots. The design tokens become properties of the host element, each
 * open to `--bellwire-<name>` from outside.
 *
 * Deliberately not here: rules; they lie in the .css file beside each element. Constructed sheets
 * are what a strict style-src lets through; a <style> element is not.
 */
import tokens from "../../tokens.css?inline";
import { hostTokens } from "./host-tokens.js";
import item from "./item.css?inline";

const sheets = new Map<string, CSSStyleSheet>();

/** Adds rules to a root; made into a sheet once for all roots. */
export function adopt(root: ShadowRoot, css: string): void {
  let sheet = sheets.get(css);
  if (!sheet) {
    sheets.set(css, (sheet = new CSSStyleSheet()));
    sheet.replaceSync(css);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}

/** Tokens, what all elements share, and the element's own rules. */
export function dress(root: ShadowRoot, css: string): void {
  adopt(root, item + css + hostTokens(tokens));
}
