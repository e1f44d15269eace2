/**
 * Rewrites the tokens of a page into those of an element, each open to `--bellwire-<name>` from outside.
 *
 * Deliberately not here: the stylesheets that use them (sheet.ts).
 */
export function hostTokens(css: string): string {
  // The colour scheme is the page's: it is inherited, and the page's own rules can set it here.
  return css
    .replace(/color-scheme:[^;}]+/g, "")
    .replaceAll(":root", ":host")
    // In the file for script tags a pair of colours is but their numbers.
    .replace(/([\d.% ]+)\|([^;}]+)/g, "light-dark(oklch($1),oklch($2))")
    .replace(/--([\w-]+):\s*([^;}]+)/g, "--$1:var(--bellwire-$1,$2)");
}
