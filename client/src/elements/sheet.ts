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

/** One sheet of tokens, what all share, and the element's own rules; made once for all its roots. */
export function sheetOf(css: string): CSSStyleSheet {
  let sheet = sheets.get(css);
  if (!sheet) {
    sheets.set(css, (sheet = new CSSStyleSheet()));
    sheet.replaceSync(item + css + hostTokens(tokens));
  }
  return sheet;
}
